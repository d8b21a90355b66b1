import type { JobTypeList } from '../../electron/contract/job-type.ts'
import { useClient, useUi } from './panel-context.tsx'
import { useLoad, type Loaded } from './use-load.ts'

/** The catalog, read again when it changes. */
export function useJobTypes(): Loaded<JobTypeList> {
  const client = useClient()
  const version = useUi((state) => state.jobTypesVersion)
  return useLoad(`job-types ${version}`, (signal) => client.jobTypes.list(undefined, { signal }))
}
