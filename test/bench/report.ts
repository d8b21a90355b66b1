import type { Aim, Cell, Section, Unit } from './measure.ts'

export interface Report {
  node: string
  cores: number
  rounds: number
  jobs: number
  quick: boolean
  /** The share of the machine that other work took, from 0 to 1; one look before each measure. */
  otherWork: number[]
  sections: Section[]
}

/** Where other work takes more than this of the machine, the figures say little. */
const quietShare = 0.1

export interface Style {
  heading(text: string): string
  table(rows: readonly (readonly string[])[]): string
}

function formatNumber(value: number, unit: Unit): string {
  if (unit === '×') return value.toFixed(2)
  if (unit === 'MB') return value.toFixed(1)
  if (unit !== 'ms') return String(Math.round(value))
  const size = Math.abs(value)
  return value.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0)
}

function format({ value, unit }: { value: number; unit: Unit }): string {
  if (!Number.isFinite(value)) return '–'
  const named = unit === '' || unit === '×' || unit === 'jobs/s' ? '' : ` ${unit}`
  return formatNumber(value, unit) + named
}

export function isMet(value: number, aim: Aim): boolean {
  return 'atLeast' in aim ? value >= aim.atLeast : value <= aim.atMost
}

function bound(aim: Aim, unit: Unit): string {
  return 'atLeast' in aim
    ? `at least ${format({ value: aim.atLeast, unit })}`
    : `at most ${format({ value: aim.atMost, unit })}`
}

function verdict({ value, unit }: Cell, aim: Aim): string {
  if (isMet(value, aim)) return 'met'
  const gap = Math.abs(value - ('atLeast' in aim ? aim.atLeast : aim.atMost))
  return Number.isFinite(value) ? `short by ${format({ value: gap, unit })}` : 'not measured'
}

function aimRows(sections: readonly Section[]): string[][] {
  return sections.flatMap(({ title, columns, rows }) =>
    rows.flatMap(({ name, cells }) =>
      cells.flatMap((cell, index) =>
        cell?.aim === undefined
          ? []
          : [
              [
                `${title}: ${name}, ${columns[index] ?? ''}`,
                format(cell),
                bound(cell.aim, cell.unit),
                verdict(cell, cell.aim),
              ],
            ],
      ),
    ),
  )
}

/** For people: the aims first, then each table. */
export function asText(report: Report, style: Style): string {
  const { sections, otherWork, quick } = report
  const most = Math.max(0, ...otherWork)
  const aims = aimRows(sections)
  return [
    style.heading('Figures'),
    `Node ${report.node}, ${report.cores} cores, ${report.rounds} rounds; medians. Other work took at most ${Math.round(most * 100)} % of the machine between the measures.`,
    ...(most > quietShare ? ['The machine was busy with other work: these figures say little.'] : []),
    ...(quick ? ['A quick run, only to see that it works: these figures say nothing.'] : []),
    ...(aims.length === 0 ? [] : [style.table([['', 'measured', 'aim', ''], ...aims])]),
    ...sections.flatMap(({ title, how, columns, rows }) => [
      style.heading(title),
      how,
      style.table([
        ['', ...columns],
        ...rows.map(({ name, cells }) => [name, ...cells.map((cell) => (cell === undefined ? '' : format(cell)))]),
      ]),
    ]),
  ].join('\n\n')
}

function aligned(rows: readonly (readonly string[])[]): string[][] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
  )
}

export const plainStyle: Style = {
  heading: (text) => `── ${text} ──`,
  table: (rows) =>
    aligned(rows)
      .map((row) => row.join('  ').trimEnd())
      .join('\n'),
}

export const markdownStyle: Style = {
  heading: (text) => `### ${text}`,
  table(rows) {
    const [head = [], ...body] = aligned(rows)
    const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
    const rule = head.map((cell, column) =>
      column === 0 ? '-'.repeat(cell.length) : `${'-'.repeat(Math.max(1, cell.length - 1))}:`,
    )
    return [line(head), line(rule), ...body.map(line)].join('\n')
  },
}
