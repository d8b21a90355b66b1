import type * as z from 'zod'
import { batchProgressSchema } from '../../contract/batch.ts'
import { cancelResultSchema, jobListSchema } from '../../contract/contract.ts'
import { problemSchema } from '../../contract/errors.ts'
import { jobTypeDefaultsSchema, jobTypeListSchema, jobTypeSchema } from '../../contract/job-type.ts'
import {
  attemptSchema,
  backoffSchema,
  jobErrorSchema,
  jobEventSchema,
  jobOptionsSchema,
  jobSchema,
  jobStateSchema,
  jobSummarySchema,
  logLineSchema,
  progressSchema,
  waitingReasonSchema,
} from '../../contract/job.ts'
import { issueSchema, jsonSchema } from '../../contract/json.ts'
import { preferencesPatchSchema, preferencesSchema } from '../../contract/preferences.ts'
import {
  connectionProfileSchema,
  historyPartSchema,
  profileDraftSchema,
  queuePartSchema,
  tlsPartSchema,
  tunnelPartSchema,
} from '../../contract/connection-profile.ts'
import { profileListSchema } from '../../contract/profile-api.ts'
import { profileFileSchema } from '../../contract/profile-file.ts'
import { cpuProfileSchema, stackFrameSchema, stackSampleSchema } from '../../contract/profile.ts'
import {
  queueInfoSchema,
  runnerSchema,
  systemInfoSchema,
  threadSchema,
  throughputSchema,
} from '../../contract/runner.ts'
import { updateSchema } from '../../contract/updates.ts'
import { whySchema } from '../../contract/why.ts'

/** The schemas that get a name of their own in the document. */
const named = {
  Json: jsonSchema,
  Job: jobSchema,
  JobState: jobStateSchema,
  JobSummary: jobSummarySchema,
  JobOptions: jobOptionsSchema,
  JobList: jobListSchema,
  JobEvent: jobEventSchema,
  JobError: jobErrorSchema,
  JobType: jobTypeSchema,
  JobTypeDefaults: jobTypeDefaultsSchema,
  JobTypeList: jobTypeListSchema,
  Attempt: attemptSchema,
  Backoff: backoffSchema,
  BatchProgress: batchProgressSchema,
  CancelResult: cancelResultSchema,
  LogLine: logLineSchema,
  Progress: progressSchema,
  WaitingReason: waitingReasonSchema,
  StackFrame: stackFrameSchema,
  StackSample: stackSampleSchema,
  CpuProfile: cpuProfileSchema,
  Why: whySchema,
  Preferences: preferencesSchema,
  PreferencesPatch: preferencesPatchSchema,
  ConnectionProfile: connectionProfileSchema,
  ProfileDraft: profileDraftSchema,
  ProfileList: profileListSchema,
  ProfileFile: profileFileSchema,
  QueuePart: queuePartSchema,
  HistoryPart: historyPartSchema,
  TlsPart: tlsPartSchema,
  TunnelPart: tunnelPartSchema,
  QueueInfo: queueInfoSchema,
  Thread: threadSchema,
  Runner: runnerSchema,
  SystemInfo: systemInfoSchema,
  Throughput: throughputSchema,
  Update: updateSchema,
  Issue: issueSchema,
  Problem: problemSchema,
} satisfies Record<string, z.ZodType>

export const commonSchemas = Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, { schema }]))
