/**
 * Which addresses a webhook may not lead to: a caller's URL must not make the service talk to its
 * own network.
 */
import { BlockList, isIP } from 'node:net';

const refusedV4 = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // carrier-grade NAT; Alibaba's metadata too
  ['127.0.0.0', 8],
  ['168.63.129.16', 32], // Azure's metadata, a public number that never leaves the host
  ['169.254.0.0', 16], // link-local and the metadata of the other clouds
  ['172.16.0.0', 12],
  ['192.0.0.0', 24], // protocol assignments; Oracle's metadata
  ['192.0.2.0', 24],
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16],
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved and broadcast
] as const)
  refusedV4.addSubnet(network, prefix, 'ipv4');

/**
 * Everything outside is refused unseen: loopback, link-local, unique local, multicast, IPv4-mapped
 * and -compatible.
 */
const globalV6 = new BlockList();
globalV6.addSubnet('2000::', 3, 'ipv6');

const refusedV6 = new BlockList();
for (const [network, prefix] of [
  ['2001::', 23], // Teredo (an IPv4 address inside), ORCHID, benchmarks
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4: an IPv4 address inside
  ['3fff::', 20],
] as const)
  refusedV6.addSubnet(network, prefix, 'ipv6');

/** @param address an IP address, without brackets; anything else is refused too */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !refusedV4.check(address, 'ipv4');
    case 6:
      return globalV6.check(address, 'ipv6') && !refusedV6.check(address, 'ipv6');
    default:
      return false;
  }
}
