import { readFile } from 'node:fs/promises'
import type { AnyAuthMethod, BaseAgent, ParsedKey } from 'ssh2'
import { TorilError } from '../../../contract/errors.ts'
import { chosenKeysOf } from './chosen-keys.ts'
import type { Hop } from './hops.ts'
import { parseSshKey } from './ssh-key.ts'
import type { TunnelConfig } from './tunnel-config.ts'

/** One way to log in. */
interface Try {
  /** The server must take this. */
  needs: 'publickey' | 'password' | 'keyboard-interactive'
  method: AnyAuthMethod
  /** As the error names it when the server refused it. */
  shown: () => string
}

/** What is tried at a server, in its order, and what was left out with the reason. */
export interface Login {
  tries: Try[]
  leftOut: string[]
}

function keyProblem(file: string, error: Error, passphrase: string | undefined): string {
  if (/encrypted|passphrase/i.test(error.message)) {
    return passphrase === undefined
      ? `the key ${file} has a passphrase, and none is set`
      : `the passphrase does not open the key ${file}`
  }
  return `${file} holds no private key that Toril can read`
}

async function readKey(file: string, passphrase: string | undefined): Promise<ParsedKey | string> {
  let text: Buffer
  try {
    text = await readFile(file)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? `the key ${file} does not exist` : `the key ${file} cannot be read (${message})`
  }
  const key = parseSshKey(text, passphrase)
  if (key instanceof Error) return keyProblem(file, key, passphrase)
  // The public half may stand for a key that the agent has.
  return key.isPrivateKey() ? key : `${file} holds no private key that Toril can read`
}

/** Throws TorilError UNAVAILABLE when what was chosen cannot even be tried. */
export async function prepareLogin(hop: Hop, config: TunnelConfig): Promise<Login> {
  const { user: username } = hop
  // A server on the way gets no password: it is the last one's.
  const auth = hop.last || config.auth !== 'password' ? config.auth : 'auto'
  const tries: Try[] = []
  const leftOut: string[] = []

  function addAgent(): void {
    if (hop.agentSocket === undefined) return void leftOut.push('there is no SSH agent (SSH_AUTH_SOCK is not set)')
    let offered = 0
    const agent: BaseAgent = chosenKeysOf(
      hop.agentSocket,
      hop.identitiesOnly ? hop.keyFiles : undefined,
      (count) => (offered = count),
    )
    const shown = () => `the agent with ${offered === 1 ? '1 key' : `${offered} keys`}`
    tries.push({ needs: 'publickey', method: { type: 'agent', username, agent }, shown })
  }

  async function addKeys(): Promise<void> {
    for (const file of hop.keyFiles) {
      const key = await readKey(file, config.keyPassphrase)
      if (typeof key !== 'string') {
        tries.push({ needs: 'publickey', method: { type: 'publickey', username, key }, shown: () => `the key ${file}` })
      } else if (hop.keysChosen || !key.endsWith('does not exist')) {
        leftOut.push(key)
      }
    }
  }

  function addPassword(): void {
    const { password } = config
    if (password === undefined) return void leftOut.push('no password is set')
    tries.push({ needs: 'password', method: { type: 'password', username, password }, shown: () => 'the password' })
    const prompt: Extract<AnyAuthMethod, { type: 'keyboard-interactive' }>['prompt'] = (
      _name,
      _text,
      _language,
      questions,
      answer,
    ) => answer(questions.map((question) => (question.echo === true ? '' : password)))
    tries.push({
      needs: 'keyboard-interactive',
      method: { type: 'keyboard-interactive', username, prompt },
      shown: () => 'the password (asked for by the server)',
    })
  }

  if (auth === 'agent') addAgent()
  else if (auth === 'key') await addKeys()
  else if (auth === 'password') addPassword()
  else {
    // What somebody chose goes first: servers end the connection after a few wrong keys.
    if (hop.keysChosen) await addKeys()
    addAgent()
    if (!hop.keysChosen) await addKeys()
    if (hop.last) addPassword()
  }
  if (tries.length > 0) return { tries, leftOut }
  const why = leftOut.length === 0 ? `none of the usual keys is there (${hop.keyFiles.join(', ')})` : leftOut.join('; ')
  throw new TorilError('UNAVAILABLE', `Toril cannot log in at ${hop.title}: ${why}. Set what is missing in the tunnel.`)
}
