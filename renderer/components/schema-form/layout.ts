import type { Field, Member } from './field.ts'

/** Controls that are as good at half the width. */
function isNarrow(field: Field): boolean {
  if (field.kind === 'number') return true
  if (field.kind === 'choice') return field.choices.reduce((sum, { label }) => sum + label.length + 3, 0) <= 24
  return field.kind === 'text' && (field.format === 'date' || field.format === 'time')
}

/** Rows of a form: two neighbours share one where both are narrow. */
export function rowsOf(members: readonly Member[]): Member[][] {
  const rows: Member[][] = []
  for (const member of members) {
    const last = rows.at(-1)
    const beside = last?.length === 1 ? last[0] : undefined
    if (last !== undefined && beside !== undefined && isNarrow(beside.field) && isNarrow(member.field))
      last.push(member)
    else rows.push([member])
  }
  return rows
}
