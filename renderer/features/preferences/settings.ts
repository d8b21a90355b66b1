import type { IconName } from '../../components/icon.tsx'
import type { SystemInfo } from '../../../electron/contract/runner.ts'

/** When a change is felt. */
export type Effect = 'right-away' | 'as-threads-free-up' | 'next-job' | 'next-cancel'

export const effectLabels: Record<Effect, string> = {
  'right-away': 'Right away',
  'as-threads-free-up': 'As threads free up',
  'next-job': 'Next job',
  'next-cancel': 'Next cancel',
}

export type SettingValue = string | number | null

type Control =
  | { kind: 'count'; min: number; max: number; step?: number; unit?: string }
  | { kind: 'duration' }
  | { kind: 'rate'; placeholder: string }
  | { kind: 'choice'; options: readonly { value: string; label: string }[] }
  | { kind: 'path'; placeholder: string }

/** One setting as the screen shows it. Ranges are the contract's; here they only stop the buttons. */
export interface Setting {
  /** Dotted path in the preferences. */
  path: string
  label: string
  /** As it is named in the summary of changes: `time before a kill 10 s → 15 s`. */
  short: string
  help(system: SystemInfo | undefined): string
  control: Control
  /** It is not this Toril's alone but set on the queue, which a read-only profile does not allow. */
  ofQueue?: boolean
  effect(before: SettingValue, after: SettingValue): Effect
}

interface SettingGroup {
  title: string
  settings: readonly Setting[]
}

export interface Section {
  id: string
  label: string
  icon: IconName
  area: 'Runner' | 'App'
  meta: string
  groups: readonly SettingGroup[]
}

const always = (effect: Effect) => (): Effect => effect
/** More starts at once; less waits for what is running. */
const moreOrLess = (before: SettingValue, after: SettingValue): Effect =>
  Number(after) >= Number(before) ? 'right-away' : 'as-threads-free-up'

const runnerMeta = 'For the runner on this computer'

export const sections: readonly Section[] = [
  {
    id: 'threads',
    label: 'Threads',
    icon: 'threads',
    area: 'Runner',
    meta: runnerMeta,
    groups: [
      {
        title: 'Pool',
        settings: [
          {
            path: 'pool.maxThreads',
            label: 'Threads at most',
            short: 'threads',
            help: (system) =>
              `${system === undefined ? '' : `This computer has ${system.cores} cores. `}More threads than cores helps when jobs wait on disk or network.`,
            control: { kind: 'count', min: 1, max: 256 },
            effect: moreOrLess,
          },
          {
            path: 'pool.minThreads',
            label: 'Threads at least',
            short: 'threads kept',
            help: () => 'Kept even when idle, so that a job starts without waiting for its thread.',
            control: { kind: 'count', min: 0, max: 256 },
            effect: moreOrLess,
          },
          {
            path: 'pool.idleTimeoutMs',
            label: 'Keep idle threads for',
            short: 'idle time',
            help: () => 'Then a thread above the least number ends and gives its memory back.',
            control: { kind: 'duration' },
            effect: always('right-away'),
          },
          {
            path: 'pool.maxQueue',
            label: 'Jobs waiting for a thread',
            short: 'jobs waiting for a thread',
            help: () => 'Taken from the queue and not yet on a thread. When full, the runner takes no more.',
            control: { kind: 'count', min: 0, max: 100_000, step: 10 },
            effect: always('right-away'),
          },
        ],
      },
      {
        title: 'Taking jobs',
        settings: [
          {
            path: 'queue.concurrency',
            label: 'Jobs at once',
            short: 'jobs at once',
            help: () => 'How many this runner works on at the same time. More than threads only makes jobs wait here.',
            control: { kind: 'count', min: 1, max: 10_000 },
            effect: moreOrLess,
          },
          {
            path: 'queue.rateLimit',
            label: 'Rate limit',
            short: 'rate limit',
            ofQueue: true,
            help: () => 'Jobs that may start in a time, such as 10 in 1 s, on all runners of this queue together.',
            control: { kind: 'rate', placeholder: 'None' },
            effect: always('right-away'),
          },
        ],
      },
      {
        title: 'Stopping a job',
        settings: [
          {
            path: 'cancel.graceMs',
            label: 'Time between asking and killing',
            short: 'time before a kill',
            help: () => 'A cancelled job gets this long to stop on its own.',
            control: { kind: 'duration' },
            effect: always('next-cancel'),
          },
        ],
      },
    ],
  },
  {
    id: 'queue',
    label: 'Retries',
    icon: 'retry',
    area: 'Runner',
    meta: 'For jobs whose type says nothing else',
    groups: [
      {
        title: 'Retries',
        settings: [
          {
            path: 'queue.attempts',
            label: 'Attempts',
            short: 'attempts',
            help: () => 'How often a job is tried before it has failed, the first time included.',
            control: { kind: 'count', min: 1, max: 1000 },
            effect: always('next-job'),
          },
          {
            path: 'queue.backoff.type',
            label: 'Back-off',
            short: 'back-off',
            help: () => 'Exponential doubles the wait after each attempt; fixed waits the same each time.',
            control: {
              kind: 'choice',
              options: [
                { value: 'exponential', label: 'Exponential' },
                { value: 'fixed', label: 'Fixed' },
              ],
            },
            effect: always('next-job'),
          },
          {
            path: 'queue.backoff.delayMs',
            label: 'First wait',
            short: 'first wait',
            help: () => 'Between the first attempt and the second.',
            control: { kind: 'duration' },
            effect: always('next-job'),
          },
        ],
      },
      {
        title: 'Unknown job types',
        settings: [
          {
            path: 'queue.unknownType',
            label: 'A job no runner knows',
            short: 'unknown job types',
            help: () => 'Kept, it waits until a runner knows its type, and uses up no attempt.',
            control: {
              kind: 'choice',
              options: [
                { value: 'keep', label: 'Keep waiting' },
                { value: 'fail', label: 'Fail at once' },
              ],
            },
            effect: always('right-away'),
          },
        ],
      },
      {
        title: 'Kept in the queue',
        settings: [
          {
            path: 'queue.keepCompleted',
            label: 'Completed jobs',
            short: 'completed jobs kept',
            help: () => 'In the queue itself, of those that Toril ended. The history keeps far more.',
            control: { kind: 'count', min: 0, max: 1_000_000, step: 10 },
            effect: always('next-job'),
          },
          {
            path: 'queue.keepFailed',
            label: 'Failed jobs',
            short: 'failed jobs kept',
            help: () => 'In the queue itself, of those that Toril ended, cancelled ones included.',
            control: { kind: 'count', min: 0, max: 1_000_000, step: 5 },
            effect: always('next-job'),
          },
        ],
      },
    ],
  },
  {
    id: 'history',
    label: 'History and logs',
    icon: 'jobs',
    area: 'Runner',
    meta: 'Kept in the database',
    groups: [
      {
        title: 'History',
        settings: [
          {
            path: 'history.keepDays',
            label: 'Keep finished jobs for',
            short: 'days kept',
            help: () => 'Older ones are removed, with their attempts and logs.',
            control: { kind: 'count', min: 1, max: 3650, unit: 'days' },
            effect: always('right-away'),
          },
          {
            path: 'history.keepJobs',
            label: 'Finished jobs at most',
            short: 'finished jobs kept',
            help: () => 'The oldest are removed first.',
            control: { kind: 'count', min: 100, max: 100_000_000, step: 10_000 },
            effect: always('right-away'),
          },
        ],
      },
      {
        title: 'Logs',
        settings: [
          {
            path: 'history.maxLogLines',
            label: 'Log lines per attempt',
            short: 'log lines per attempt',
            help: () => 'The first and the last lines are kept, those between are counted.',
            control: { kind: 'count', min: 0, max: 1_000_000, step: 1000 },
            effect: always('next-job'),
          },
        ],
      },
    ],
  },
  {
    id: 'folders',
    label: 'Job folders',
    icon: 'folder',
    area: 'Runner',
    meta: 'Your own job types',
    groups: [
      {
        title: 'Folder',
        settings: [
          {
            path: 'jobs.folder',
            label: 'Jobs folder',
            short: 'jobs folder',
            help: () =>
              'Every file in it named like resize-images.job.ts is a job type. Saved changes are taken up at once.',
            control: { kind: 'path', placeholder: 'None' },
            effect: always('right-away'),
          },
        ],
      },
    ],
  },
  {
    id: 'appearance',
    label: 'Appearance',
    icon: 'moon',
    area: 'App',
    meta: 'For every window of this runner',
    groups: [
      {
        title: 'Look',
        settings: [
          {
            path: 'panel.theme',
            label: 'Theme',
            short: 'theme',
            help: () => 'System follows the setting of your computer.',
            control: {
              kind: 'choice',
              options: [
                { value: 'system', label: 'System' },
                { value: 'dark', label: 'Dark' },
                { value: 'light', label: 'Light' },
              ],
            },
            effect: always('right-away'),
          },
          {
            path: 'panel.density',
            label: 'Density',
            short: 'density',
            help: () => 'Compact shows about a third more rows.',
            control: {
              kind: 'choice',
              options: [
                { value: 'comfortable', label: 'Comfortable' },
                { value: 'compact', label: 'Compact' },
              ],
            },
            effect: always('right-away'),
          },
        ],
      },
    ],
  },
]

export const allSettings: readonly Setting[] = sections.flatMap((section) =>
  section.groups.flatMap((group) => group.settings),
)

/** The sections with only what matches the words looked for, in label, help or group. */
export function findSettings(search: string): Section[] {
  const words = search.trim().toLowerCase().split(/\s+/).filter(Boolean)
  return sections
    .map((section) => ({
      ...section,
      groups: section.groups
        .map((group) => ({
          ...group,
          settings: group.settings.filter((setting) => {
            const text = `${section.label} ${group.title} ${setting.label} ${setting.help(undefined)}`.toLowerCase()
            return words.every((word) => text.includes(word))
          }),
        }))
        .filter((group) => group.settings.length > 0),
    }))
    .filter((section) => section.groups.length > 0)
}
