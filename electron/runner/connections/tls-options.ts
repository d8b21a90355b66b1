import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { checkServerIdentity, type ConnectionOptions } from 'node:tls'
import type { TlsPart } from '../../contract/connection-profile.ts'
import { TorilError } from '../../contract/errors.ts'

export interface TlsContext {
  /** Opens `keyFile`. */
  passphrase?: string | undefined
  /** Names of which the certificate must bear one, unless `serverName` is given. Read anew with each connection. */
  hosts: Iterable<string>
  /** The path of this part in the profile, e.g. `queue.tls`, and what holds it; both for errors. */
  field: string
  setting: string
}

async function pem(file: string, name: string, { field, setting }: TlsContext): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    const message = `The file ${file} (${field}.${name}) cannot be read (${code}). Correct it in ${setting}.`
    throw new TorilError('UNAVAILABLE', message, { cause: error })
  }
}

function certificateIn(text: string, file: string, name: string, { field }: TlsContext): X509Certificate {
  try {
    return new X509Certificate(text)
  } catch (error) {
    const message = `The file ${file} (${field}.${name}) holds no certificate in PEM form.`
    throw new TorilError('UNAVAILABLE', message, { cause: error })
  }
}

async function clientKey(certFile: string, keyFile: string, context: TlsContext) {
  const [cert, key] = await Promise.all([pem(certFile, 'certFile', context), pem(keyFile, 'keyFile', context)])
  const certificate = certificateIn(cert, certFile, 'certFile', context)
  const { field, passphrase } = context
  let parsed
  try {
    parsed = createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) })
  } catch (error) {
    // OpenSSL's text says neither which file nor what to do.
    const locked = /ENCRYPTED/.test(key)
    const why = !locked
      ? 'holds no private key in PEM form'
      : passphrase === undefined
        ? `is encrypted. Set the secret ${field}.keyPassphrase`
        : `is not opened by the secret ${field}.keyPassphrase`
    throw new TorilError('UNAVAILABLE', `The file ${keyFile} (${field}.keyFile) ${why}.`, { cause: error })
  }
  if (!certificate.checkPrivateKey(parsed)) {
    throw new TorilError(
      'UNAVAILABLE',
      `The key in ${keyFile} does not belong to the certificate in ${certFile} (${field}).`,
    )
  }
  return { cert, key, ...(passphrase === undefined ? {} : { passphrase }) }
}

/**
 * What Node needs to speak TLS as the profile says. The certificate is checked against the name in the profile, not
 * against where a tunnel ends. Rejects UNAVAILABLE with one sentence that names the file and its field.
 */
export async function tlsOptions(tls: TlsPart, context: TlsContext): Promise<ConnectionOptions> {
  const { caFile, certFile, keyFile, serverName, verify } = tls
  const ca = caFile === undefined ? undefined : await pem(caFile, 'caFile', context)
  if (ca !== undefined && caFile !== undefined) certificateIn(ca, caFile, 'caFile', context)
  const own = certFile === undefined || keyFile === undefined ? {} : await clientKey(certFile, keyFile, context)
  const [first = ''] = context.hosts
  const asked = serverName ?? first
  return {
    ...(ca === undefined ? {} : { ca }),
    ...own,
    // An address is no name a server can be asked for.
    ...(asked === '' || isIP(asked) !== 0 ? {} : { servername: asked }),
    rejectUnauthorized: verify,
    checkServerIdentity(_host, certificate) {
      const names = serverName === undefined ? [...context.hosts] : [serverName]
      const results = names.map((name) => checkServerIdentity(name, certificate))
      return results.includes(undefined) ? undefined : results[0]
    },
  }
}
