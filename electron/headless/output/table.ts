import { stripVTControlCharacters } from 'node:util'

export interface Column {
  title: string
  align?: 'right'
}

/** Aligned columns, two spaces apart; the last one is not padded. Cells may hold colour. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map(({ title }) => title), ...rows]
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => width(line[index] ?? ''))))
  return lines
    .map((line) =>
      line
        .map((cell, index) => {
          const gap = ' '.repeat((widths[index] ?? 0) - width(cell))
          if (columns[index]?.align === 'right') return gap + cell
          return index === columns.length - 1 ? cell : cell + gap
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** `label  value` lines with the values below each other. */
export function pairs(entries: readonly (readonly [label: string, value: string | undefined])[]): string {
  const shown = entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined)
  const longest = Math.max(...shown.map(([label]) => label.length))
  return shown.map(([label, value]) => `${label.padEnd(longest)}  ${value}`).join('\n')
}

const graphemes = new Intl.Segmenter()

function width(cell: string): number {
  return Array.from(graphemes.segment(stripVTControlCharacters(cell))).length
}
