import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')

export interface Block {
  language: string
  text: string
}

/** Fenced blocks, in their order. Without a section those of all sections but Connections, which needs servers. */
export function blocksOf(section?: string): Block[] {
  const sections = readme.split(/^(?=## )/m)
  const chosen = sections.filter((text) => {
    const title = /^## (.+)$/m.exec(text)?.[1]
    return section === undefined ? title !== 'Connections' : title === section
  })
  return chosen.flatMap((text) =>
    [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', block = '']) => ({ language, text: block })),
  )
}
