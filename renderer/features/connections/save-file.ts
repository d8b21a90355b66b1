/** Hands a text to the person as a file of their browser. */
export function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has read the address by the next turn, not the contents, which it keeps itself.
  setTimeout(() => URL.revokeObjectURL(url))
}

/** `Production EU` as a file name: `toril-production-eu.json`. */
export function profileFileName(name: string | undefined): string {
  const slug = (name ?? 'profiles')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
  return `toril-${slug === '' ? 'profile' : slug}.json`
}
