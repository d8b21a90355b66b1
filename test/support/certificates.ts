import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** PEM texts. */
export interface KeyPair {
  key: string
  cert: string
}

export interface Certificates {
  /** What a client trusts. */
  ca: string
  /** For 127.0.0.1 and localhost. */
  server: KeyPair
  /** Signed by the same authority; its common name is `toril`. */
  client: KeyPair
  /** The same as files in the folder. */
  files: { ca: string; serverKey: string; serverCert: string; expiredCert: string }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** An authority of its own, which has signed a server and a client; made with openssl in `folder`. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const path = (name: string): string => join(folder, name)
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: folder })
  const authority = ['-CA', path('ca.crt'), '-CAkey', path('ca.key'), '-CAcreateserial']

  await openssl(
    ...['req', '-x509', ...newKey, '-keyout', path('ca.key'), '-out', path('ca.crt'), '-days', '2'],
    ...['-subj', '/CN=Authority of the tests', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  )
  async function sign(name: string, commonName: string, extension: string): Promise<KeyPair> {
    await writeFile(path(`${name}.ext`), `${extension}\n`)
    await openssl(
      ...['req', '-new', ...newKey, '-keyout', path(`${name}.key`), '-out', path(`${name}.csr`)],
      ...['-subj', `/CN=${commonName}`],
    )
    await openssl(
      ...['x509', '-req', '-in', path(`${name}.csr`), ...authority, '-out', path(`${name}.crt`), '-days', '2'],
      ...['-extfile', path(`${name}.ext`)],
    )
    const [key, cert] = await Promise.all([
      readFile(path(`${name}.key`), 'utf8'),
      readFile(path(`${name}.crt`), 'utf8'),
    ])
    return { key, cert }
  }
  /** Of the server and its key, but of yesterday. */
  async function signExpired(): Promise<void> {
    await openssl(
      ...['x509', '-req', '-in', path('server.csr'), ...authority, '-out', path('expired.crt'), '-days', '-1'],
      ...['-extfile', path('server.ext')],
    )
  }
  // One after the other: all number their certificate from the same file.
  const server = await sign('server', 'localhost', 'subjectAltName=DNS:localhost,IP:127.0.0.1')
  await signExpired()
  const client = await sign('client', 'toril', 'extendedKeyUsage=clientAuth')
  return {
    ca: await readFile(path('ca.crt'), 'utf8'),
    server,
    client,
    files: {
      ca: path('ca.crt'),
      serverKey: path('server.key'),
      serverCert: path('server.crt'),
      expiredCert: path('expired.crt'),
    },
  }
}
