import { checkServerIdentity, type ConnectionOptions } from 'node:tls'

/** Where a PostgreSQL is, and how TLS is spoken with it. */
export interface PostgresAddress {
  url: string
  /** Beats what the URL says of TLS. Without it the URL decides (`sslmode`). */
  ssl?: ConnectionOptions
  /** Where it is, for people, when the URL leads to the near end of a tunnel: `db.example:5432 through ssh.example`. */
  place?: string
  /** Why nothing comes through the tunnel now, as the end of a sentence. */
  trouble?: () => string | undefined
  /** Where the URL is from and is put right, `the profile Team`; DATABASE_URL unless given. */
  setting?: string
}

/** What pg takes from a URL for TLS; it would beat `ssl`. */
const tlsParameters = ['ssl', 'sslmode', 'sslcert', 'sslkey', 'sslrootcert', 'sslnegotiation', 'uselibpqcompat']

function withoutTls(url: string): string {
  // A socket URL without a host is no URL to the platform, yet a good one to pg; it knows no TLS.
  if (!URL.canParse(url)) return url
  const parsed = new URL(url)
  for (const name of tlsParameters) parsed.searchParams.delete(name)
  return parsed.href
}

/** pg sets the name to be checked to that of the host, so one given for the certificate is checked here. */
function checkingName(ssl: ConnectionOptions): ConnectionOptions {
  const { servername } = ssl
  if (servername === undefined || ssl.checkServerIdentity !== undefined) return ssl
  return { ...ssl, checkServerIdentity: (_host, certificate) => checkServerIdentity(servername, certificate) }
}

/**
 * The modes in which a certificate is checked. pg takes all of them for the strictest and warns on standard error that
 * this may change one day; said in words it stays. `uselibpqcompat=true` in the URL asks for what libpq does instead.
 */
function checkingCertificate(url: string): string {
  if (/[?&]uselibpqcompat=true(&|$)/.test(url)) return url
  return url.replace(/([?&]sslmode=)(prefer|require|verify-ca)(?=&|$)/, '$1verify-full')
}

/** The address as pg's clients and pools take it. */
export function pgAddress({ url, ssl }: PostgresAddress): { connectionString: string; ssl?: ConnectionOptions } {
  return ssl === undefined
    ? { connectionString: checkingCertificate(url) }
    : { connectionString: withoutTls(url), ssl: checkingName(ssl) }
}
