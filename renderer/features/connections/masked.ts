const hidden = '••••'

/** A value of the environment without what must stay secret: passwords in URLs, and tokens whole. */
export function masked(variable: string, value: string): string {
  if (/TOKEN|PASSWORD|SECRET|KEY$/i.test(variable)) return hidden
  return (
    value
      // The last @ before the path ends the password: an unescaped one may hold @ itself.
      .replace(/^([a-z][a-z0-9+.-]*:\/\/[^:/?#@]*):[^/?#]*@/i, `$1:${hidden}@`)
      .replace(/([?&](?:password|pass|token)=)[^&#]*/gi, `$1${hidden}`)
  )
}
