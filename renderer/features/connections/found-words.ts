import type { FoundQueue } from '../../../electron/contract/found-queue.ts'
import { joined } from '../../components/words.ts'

/** Which of its jobs would run here, and who wrote it. */
export function typesText({ jobTypes, bullmqVersion }: FoundQueue): string {
  const writer = bullmqVersion === undefined ? '' : ` Written by BullMQ ${bullmqVersion}.`
  if (jobTypes.length === 0) return `No job to tell its types by.${writer}`
  const unknown = jobTypes.filter(({ known }) => !known).map(({ name }) => name)
  if (unknown.length === 0) {
    return `Toril knows ${jobTypes.length === 1 ? 'the job type' : `all ${jobTypes.length} job types`} seen in it.${writer}`
  }
  const shown = unknown.length > 3 ? [...unknown.slice(0, 3), `${unknown.length - 3} more`] : unknown
  const known = jobTypes.length - unknown.length
  return `${known === 0 ? 'Not made for Toril' : `Toril knows ${known} of ${jobTypes.length} job types`}: not known ${unknown.length === 1 ? 'is' : 'are'} ${joined(shown)}.${writer}`
}
