import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

const megabytes = 1_000;

/**
 * A file system of its own for the state's data, on a file, so that a disk can be full without the
 * machine's being so. Only root can mount one: elsewhere a folder, and no full disk.
 */
export class SmallDisk {
  private constructor(
    readonly folder: string,
    /** false: a plain folder. */
    readonly canFill: boolean,
  ) {}

  /** A plain folder, where no disk is to be full. */
  static folderOf(dir: string): SmallDisk {
    const folder = join(dir, 'state-disk');
    mkdirSync(folder, { recursive: true });
    return new SmallDisk(folder, false);
  }

  static mount(dir: string): SmallDisk {
    const folder = join(dir, 'state-disk');
    mkdirSync(folder, { recursive: true });
    const image = join(dir, 'state-disk.img');
    try {
      run('truncate', '-s', `${megabytes}M`, image);
      run('mkfs.ext4', '-q', '-F', image);
      run('mount', '-o', 'loop', image, folder);
      return new SmallDisk(folder, true);
    } catch {
      rmSync(image, { force: true });
      return SmallDisk.folderOf(dir);
    }
  }

  /** Takes all space that is left. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    if (bavail > 0) run('fallocate', '-l', String(bavail * bsize), this.filler);
  }

  free(): void {
    rmSync(this.filler, { force: true });
  }

  unmount(): void {
    this.free();
    // A server that has ended may not have let go of it yet.
    if (this.canFill) run('umount', '--lazy', this.folder);
  }

  /** One that an earlier run left behind. */
  static unmountLeft(dir: string): void {
    const folder = join(dir, 'state-disk');
    if (!existsSync(folder)) return;
    try {
      run('umount', folder);
    } catch {
      // It was not mounted.
    }
  }

  private get filler(): string {
    return join(this.folder, 'filler');
  }
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: 'ignore' });
}
