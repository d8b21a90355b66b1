import type { JobType, JobTypeList } from '../../contract/job-type.ts'
import type { Issue } from '../../contract/json.ts'
import type { JobDefinition } from '../../../workers/define-job.ts'
import type { JobSource, ReadyChecks } from '../../../workers/protocol.ts'

export type { JobSource } from '../../../workers/protocol.ts'

export interface CatalogEntry {
  jobType: JobType
  source: JobSource
  /** Line in which its file says the name. */
  nameLine?: number
  /** Threads need not compile these again. */
  checks?: ReadyChecks
}

/** All job types this runner knows: built in, and from the user's jobs folder. */
export interface Catalog {
  get(name: string): CatalogEntry | undefined
  list(): JobTypeList
  /**
   * Checks an input against the type's full schema (refinements included); answers the value as the
   * schema made it (defaults filled in), or what is wrong with it.
   */
  validateInput(name: string, input: unknown): Promise<{ value: unknown } | { issues: Issue[] }>
  /**
   * The JavaScript of a TypeScript file of the folder or beside it, every character in its old place; undefined
   * when its types cannot be stripped. `url` carries the version of the file.
   */
  strip(url: string): Promise<string | undefined>
  /** The definition itself, loaded into this process: for the inline executor only. */
  load(name: string): Promise<JobDefinition>
  /** Reads another folder; null for none. Resolves when it is read. */
  setFolder(folder: string | null): Promise<void>
  onChange(listener: () => void): () => void
  close(): Promise<void>
}
