import { readFile } from 'node:fs/promises'
import ssh2, {
  type BaseAgent,
  type IdentityCallback,
  type KnownPublicKeys,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2'
import { parseSshKey } from './ssh-key.ts'

type PublicKey = string | Buffer | ParsedKey
type Identities = KnownPublicKeys<PublicKey>

/** The public half of a key file: beside it, or the file itself. */
async function publicKeyOf(file: string): Promise<Buffer | undefined> {
  for (const name of [`${file}.pub`, file]) {
    const text = await readFile(name).catch(() => undefined)
    const key = text === undefined ? undefined : parseSshKey(text)
    if (key !== undefined && !(key instanceof Error)) return key.getPublicSSH()
  }
  return undefined
}

function bytesOf(identity: Identities[number]): Buffer | undefined {
  // An agent may wrap a key, and once more to add a comment.
  let key: unknown = identity
  while (typeof key === 'object' && key !== null && 'pubKey' in key) key = key.pubKey
  if (typeof key === 'object' && key !== null && 'getPublicSSH' in key) return (key as ParsedKey).getPublicSSH()
  if (typeof key !== 'string' && !Buffer.isBuffer(key)) return undefined
  const parsed = parseSshKey(key)
  return parsed instanceof Error ? undefined : parsed.getPublicSSH()
}

/**
 * The agent behind the socket. With `keyFiles` it offers those keys only (IdentitiesOnly); `onOffered` is
 * told how many there were.
 */
export function chosenKeysOf(
  socket: string,
  keyFiles: string[] | undefined,
  onOffered: (count: number) => void,
): BaseAgent {
  const agent = ssh2.createAgent(socket)

  async function choose(keys: Identities): Promise<Identities> {
    if (keyFiles === undefined) return keys
    const chosen = await Promise.all(keyFiles.map(publicKeyOf))
    return keys.filter((key) => {
      const bytes = bytesOf(key)
      return bytes !== undefined && chosen.some((each) => each?.equals(bytes) === true)
    })
  }

  class ChosenKeys extends ssh2.BaseAgent<PublicKey> {
    override getIdentities(answer: IdentityCallback<PublicKey>): void {
      agent.getIdentities((error, keys) => {
        if (error) return answer(error)
        choose(keys ?? []).then(
          (chosen) => {
            onOffered(chosen.length)
            answer(undefined, chosen)
          },
          (failure: unknown) => answer(failure instanceof Error ? failure : new Error(String(failure))),
        )
      })
    }

    override sign(
      key: PublicKey,
      data: Buffer,
      options: SigningRequestOptions | SignCallback,
      answer?: SignCallback,
    ): void {
      if (typeof options === 'function') agent.sign(key, data, options)
      else agent.sign(key, data, options, answer)
    }
  }
  return new ChosenKeys()
}
