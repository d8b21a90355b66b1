import type { JobType } from '../../../electron/contract/job-type.ts'

export interface TypeGroups {
  recent: JobType[]
  others: JobType[]
}

/** The types that match what is looked for, recent ones first in their own order, the others by name. */
export function groupTypes(types: readonly JobType[], recent: readonly string[], search: string): TypeGroups {
  const words = search.trim().toLowerCase().split(/\s+/).filter(Boolean)
  const matching = types.filter(({ name, title, description = '' }) => {
    const text = `${name} ${title} ${description}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const byName = new Map(matching.map((type) => [type.name, type]))
  return {
    recent: recent.map((name) => byName.get(name)).filter((type) => type !== undefined),
    others: matching.filter(({ name }) => !recent.includes(name)).sort((a, b) => a.name.localeCompare(b.name, 'en')),
  }
}
