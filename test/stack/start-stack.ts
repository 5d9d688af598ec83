/** A starter in a process of its own, to be killed half-way. */
import { startStack } from '../../src/stack/stack';

void startStack({ dir: process.argv[2] ?? '', ports: 'any', bufferPoolMb: 32 });
