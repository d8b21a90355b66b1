import type { ConnectionTest } from '../../contract/connection-test.ts'
import type { TorilClient } from '../client/create-client.ts'
import { exitCodes } from '../exit-codes.ts'
import { note, print, printJson } from '../output/print.ts'
import { acceptsHostKey, unknownHostKey } from './host-key.ts'
import { stepLine, testSummary } from '../output/connection-test-text.ts'

export interface TestFlags {
  acceptHostKey?: string
}

/** Tests a stored profile and prints each step as it ends. The exit code is 1 when a step failed. */
export async function testProfile(client: TorilClient, id: string, flags: TestFlags, json: boolean): Promise<void> {
  const input = { id, ...(flags.acceptHostKey === undefined ? {} : { acceptHostKey: flags.acceptHostKey }) }
  const last = json ? await client.profiles.test(input) : await untilKnown(client, input)
  if (json) printJson(last)
  if (!last.ok) process.exitCode = exitCodes.failed
}

interface Input {
  id: string
  acceptHostKey?: string
}

/** Again with each host key that a person at the terminal accepts. */
async function untilKnown(client: TorilClient, input: Input): Promise<ConnectionTest> {
  const last = await printSteps(client, input)
  const key = unknownHostKey(last)
  if (key === undefined) return last
  if (await acceptsHostKey(key)) return untilKnown(client, { ...input, acceptHostKey: key.fingerprint })
  note(`If that is the key of the server, accept it with: --accept-host-key ${key.fingerprint}`)
  return last
}

async function printSteps(client: TorilClient, input: Input): Promise<ConnectionTest> {
  let last: ConnectionTest = { steps: [], ms: 0, over: false, ok: false }
  let printed = 0
  for await (const told of await client.profiles.watchTest(input)) {
    last = told
    for (const step of told.steps.slice(printed)) {
      if (step.state === 'waiting' || step.state === 'running' || step.state === 'skipped') break
      print(stepLine(step))
      printed++
    }
  }
  print(testSummary(last))
  return last
}
