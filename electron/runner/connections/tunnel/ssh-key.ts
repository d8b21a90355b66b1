import ssh2, { type ParsedKey } from 'ssh2'

/** A key out of a file or an agent; of several in one file the first. The error is what is wrong with the text. */
export function parseSshKey(text: string | Buffer, passphrase?: string): ParsedKey | Error {
  // Contrary to its types, ssh2 answers with a list for some formats.
  const [key] = [ssh2.utils.parseKey(text, passphrase) as ParsedKey | ParsedKey[] | Error].flat()
  return key ?? new Error('There is no key in it.')
}
