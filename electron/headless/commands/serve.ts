import type { Command } from 'commander'
import { exitCodesHelp } from '../exit-codes.ts'
import type { ServeFlags } from '../serve-command.ts'
import { wholeNumber, withJson } from './shared-options.ts'

export function addServeOptions(command: Command): Command {
  return withJson(command)
    .description('run a headless runner with its api and panel until it is stopped')
    .option('--host <address>', 'where to listen, beats TORIL_HOST (127.0.0.1)')
    .option('--port <port>', 'beats TORIL_PORT (7420); 0 for any free one', wholeNumber(0, 65_535))
    .option('--no-open', 'do not open the panel in the browser; `serve` never does, `npm start` may')
    .addHelpText('after', exitCodesHelp)
    .action(async (flags: ServeFlags) => {
      // Loaded when it is wanted: the other commands need no queue and no database, and shall answer at once.
      const { serveCommand } = await import('../serve-command.ts')
      endProcess(await serveCommand(flags))
    })
}

/**
 * Once all it wrote is out. Nothing of Toril is open any more, but timers of libraries may be: a wait for what a lost
 * server would have sent holds the process for 11 s.
 */
function endProcess(code: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
}

export function addServe(program: Command): void {
  addServeOptions(program.command('serve'))
}
