/** `file:///home/me/jobs/index/tokenise.ts` as `index/tokenise.ts`: what a person needs to find it among their own. */
export function shortFile(file: string): string {
  if (file.startsWith('node:') || file === '') return file
  const path = file.startsWith('file://') ? decodeURIComponent(file.slice('file://'.length)) : file
  const parts = path.split(/[\\/]/).filter(Boolean)
  const inPackage = parts.lastIndexOf('node_modules')
  if (inPackage !== -1) return parts.slice(inPackage + 1).join('/')
  return parts.slice(-2).join('/')
}

/** `tokenise.ts:3`, or nothing for what has no file, such as the garbage collector. */
export function shortPlace(file: string | undefined, line: number): string {
  return file === undefined || file === '' ? '' : `${shortFile(file)}:${line}`
}

/** A function without a name is still something to point at. */
export function functionName(name: string): string {
  return name === '' ? '(anonymous)' : name
}

/** A share from 0 to 1 as `4.1 %`: below one percent still matters here. */
export function formatShare(share: number): string {
  const percent = share * 100
  if (percent > 0 && percent < 0.1) return '< 0.1 %'
  return `${percent >= 99.95 || percent === 0 ? Math.round(percent) : percent.toFixed(1)} %`
}
