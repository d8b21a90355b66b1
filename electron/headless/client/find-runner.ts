import { addressOf } from '../../api/address.ts'
import { dataDirOf } from '../../api/data-dir.ts'
import { readRunnerFile } from '../../api/runner-file.ts'
import { readEnvironment } from '../../runner/environment.ts'
import { CliError, exitCodes } from '../exit-codes.ts'

/** Where a runner answers. */
export interface RunnerAddress {
  url: string
  token: string
}

/**
 * The runner to talk to. One that the environment names by token and address comes first, so that a script
 * can reach another machine; else the running one of the data folder. Throws a CliError when there is none.
 */
export function findRunner(variables: Record<string, string | undefined>): RunnerAddress {
  const environment = readEnvironment(variables)
  const { TORIL_TOKEN: token, TORIL_HOST: host, TORIL_PORT: port } = environment
  const isNamed = Boolean(variables['TORIL_HOST']) || Boolean(variables['TORIL_PORT'])
  const named = token === undefined ? undefined : { url: addressOf(host, port), token }
  if (named !== undefined && isNamed && port !== 0) return named
  const dataDir = dataDirOf(environment)
  const running = readRunnerFile(dataDir)
  if (running !== undefined) return running
  if (named !== undefined && port !== 0) return named
  throw new CliError(
    exitCodes.noRunner,
    `No runner is running for ${dataDir}. Start one with \`npm run serve\` or open Toril.`,
  )
}
