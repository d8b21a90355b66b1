/** Of an id; names are shorter. */
const longestName = 100

/**
 * What a text that names no profile looks like, and what to give instead. It does not repeat the text unless that
 * looks like a name: a profile as JSON and the URL of a server have passwords in them.
 */
export function notAName(text: string): string {
  const instead = 'Give the name or id of a stored profile, or a profile as a JSON object, which starts with {'
  if (/^["'`\\]/.test(text))
    return `it is in quotes, as they stand in some files of variables. ${instead}, without them`
  if (text.startsWith('[')) return `it looks like a JSON array. ${instead}`
  if (text.includes('://')) {
    return 'it looks like a URL. Set REDIS_URL to that of a Redis and DATABASE_URL to that of a PostgreSQL'
  }
  if (/[:{}"@=\\]/.test(text) || text.length > longestName) return `it looks like no name. ${instead}`
  return text
}
