import { ORPCError } from '@orpc/client'
import type { ConnectionProfile } from '../../contract/connection-profile.ts'
import type { ConnectionStep, ConnectionTest } from '../../contract/connection-test.ts'
import type { TorilClient } from '../client/create-client.ts'
import { note } from '../output/print.ts'
import { ask, isInteractive } from './ask.ts'

type HostKey = NonNullable<ConnectionStep['hostKey']>

/** The SSH host key that stopped a test, because no known_hosts file has it. */
export function unknownHostKey({ steps }: ConnectionTest): HostKey | undefined {
  return steps.find(({ hostKey }) => hostKey !== undefined)?.hostKey
}

/** Shows the key and asks for a whole word, as ssh does: a stray Enter accepts nothing. Without a terminal, false. */
export async function acceptsHostKey({ name, keyType, fingerprint }: HostKey): Promise<boolean> {
  if (!isInteractive()) return false
  note(`The SSH server ${name} is not known. Its ${keyType} key has the fingerprint ${fingerprint}.`)
  const answer = await ask('Is that the key of the server? Type yes to accept it from now on: ')
  if (answer.trim().toLowerCase() === 'yes') return true
  note('The key was not accepted.')
  return false
}

/** Makes a call that needs the tunnels of a profile; at a terminal it asks about each host key that is not known. */
export async function overKnownHosts<Result>(
  client: TorilClient,
  { id, queue, history }: ConnectionProfile,
  call: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      const tunnelled = [queue, history].some((part) => 'tunnel' in part && part.tunnel !== undefined)
      const away = error instanceof ORPCError && error.code === 'UNAVAILABLE'
      if (!tunnelled || !away || !isInteractive()) throw error
      // The call says only in words that a key is not known; a test says which, and writes nothing.
      const key = unknownHostKey(await client.profiles.test({ id }))
      if (key === undefined || !(await acceptsHostKey(key))) throw error
      await client.profiles.test({ id, acceptHostKey: key.fingerprint })
    }
  }
}
