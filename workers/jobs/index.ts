import type { JobDefinition } from '../define-job.ts'

/** A definition with types of its own, seen as any definition: the schema checks the input before `run` gets it. */
function general(definition: unknown): JobDefinition {
  return definition as JobDefinition
}

/** The job types that come with Toril. Loaded when first used: their schema library costs each thread memory. */
export const builtInJobs: Record<string, () => Promise<JobDefinition>> = {
  'add-two-numbers': async () => general((await import('./add-two-numbers.job.ts')).default),
  'add-three-numbers': async () => general((await import('./add-three-numbers.job.ts')).default),
  'hash-folder': async () => general((await import('./hash-folder.job.ts')).default),
}
