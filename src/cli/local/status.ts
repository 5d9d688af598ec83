import { Command } from 'commander';
import { runningServers } from '../../stack/stack';
import { readStackInfo } from '../../stack/stack-info';
import { developerStack, unreachable } from './stack-verb';

/** `resync status`: which servers of the stack run, where. Exit code 0 when all do, else 8. */
export function statusCommand(): Command {
  return new Command('status')
    .description('show which servers of the local stack run')
    .option('--dir <dir>', 'folder of its data and logs', developerStack)
    .option('--json', 'as JSON')
    .action(({ dir, json }: { dir: string; json?: true }) => {
      const pids = runningServers(dir);
      const info = readStackInfo(dir);
      const addresses = {
        district: info && `${info.district.host}:${info.district.port}`,
        state: info && `${info.state.host}:${info.state.port}`,
        temporal: info && info.temporal.address,
      };
      const servers = (['district', 'state', 'temporal'] as const).map((name) => ({
        name,
        running: pids[name] !== null,
        pid: pids[name],
        address: addresses[name],
      }));
      if (json) process.stdout.write(`${JSON.stringify(servers, null, 2)}\n`);
      else {
        for (const { name, running, pid, address } of servers) {
          const state = running ? `running  ${address ?? ''}  pid ${pid}` : 'not running';
          process.stdout.write(`${name.padEnd(9)} ${state}\n`);
        }
        const webUrl = info?.temporal.webUrl;
        if (webUrl && pids.temporal !== null) process.stdout.write(`web       ${webUrl}\n`);
      }
      if (servers.some(({ running }) => !running)) process.exitCode = unreachable;
    });
}
