import { Command } from 'commander'
import { readVersion } from '../api/version.ts'
import { addServeOptions } from './commands/serve.ts'
import { runCommandLine } from './run-command-line.ts'

// The entry of `npm run serve`: the `serve` command alone, without loading the rest of the CLI.
await runCommandLine(addServeOptions(new Command('toril-serve').version(readVersion()).exitOverride()), process.argv)
