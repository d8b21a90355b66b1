/** How numbers, times and sizes are written on screen. Unknown is `–`, never `0`. */

export const unknown = '–'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const two = (value: number): string => String(value).padStart(2, '0')

/** A length of time in ms: `340 ms`, `4.2 s`, `34 s`, `1 m 12 s`, `3 h 05 m`, `2 d 4 h`. */
export function formatDuration(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return unknown
  const value = Math.max(0, ms)
  if (Math.round(value) < second) return `${Math.round(value)} ms`
  return formatElapsed(value)
}

/** Like `formatDuration`, but of something still going on, so that it does not jump between units: `0.4 s`. */
export function formatElapsed(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return unknown
  const value = Math.max(0, ms)
  // Cut, not rounded: 59.96 s must not read 60.0 s.
  if (value < 10 * second) return `${(Math.floor(value / 100) / 10).toFixed(1)} s`
  if (value < minute) return `${Math.floor(value / second)} s`
  if (value < hour) return `${Math.floor(value / minute)} m ${two(Math.floor((value % minute) / second))} s`
  if (value < day) return `${Math.floor(value / hour)} h ${two(Math.floor((value % hour) / minute))} m`
  return `${Math.floor(value / day)} d ${Math.floor((value % day) / hour)} h`
}

/** Whole seconds for a countdown, never below 0: `6 s`, `1 m 05 s`. Rounded up, so that `0 s` means now. */
export function formatCountdown(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return unknown
  const whole = Math.ceil(Math.max(0, ms) / second) * second
  return whole < 10 * second ? `${whole / second} s` : formatElapsed(whole)
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

export function toMs(time: string | number | undefined): number | undefined {
  if (time === undefined) return undefined
  const ms = typeof time === 'number' ? time : Date.parse(time)
  return Number.isNaN(ms) ? undefined : ms
}

/** Local time of day, `14:03:27`; on another day than `now`, `24 Nov 14:03`. */
export function formatClock(time: string | number | undefined, now: number = Date.now()): string {
  const ms = toMs(time)
  if (ms === undefined) return unknown
  const at = new Date(ms)
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`
  if (at.toDateString() === new Date(now).toDateString()) return `${clock}:${two(at.getSeconds())}`
  return `${at.getDate()} ${months[at.getMonth()] ?? ''} ${clock}`
}

/** `14:03`, for axes and columns that are narrow. On another day `24 Nov`. */
export function formatHour(time: string | number | undefined, now: number = Date.now()): string {
  const ms = toMs(time)
  if (ms === undefined) return unknown
  const at = new Date(ms)
  if (at.toDateString() === new Date(now).toDateString()) return `${two(at.getHours())}:${two(at.getMinutes())}`
  return `${at.getDate()} ${months[at.getMonth()] ?? ''}`
}

/** Time of a log line, with ms: `14:03:02.611`. */
export function formatLogTime(time: string): string {
  const at = new Date(time)
  if (Number.isNaN(at.getTime())) return unknown
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`
}

/** For the title of a shown time: full ISO in local time and in UTC. */
export function formatIso(time: string | number | undefined): string {
  const ms = toMs(time)
  if (ms === undefined) return unknown
  const at = new Date(ms)
  const offset = -at.getTimezoneOffset()
  const sign = offset < 0 ? '-' : '+'
  const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`
  const local = new Date(ms + offset * minute).toISOString().replace('Z', zone)
  return `${local}\n${at.toISOString()}`
}

/** `7,412`, with the separators of the locale. */
export function formatCount(value: number | undefined, locale?: string): string {
  if (value === undefined || !Number.isFinite(value)) return unknown
  return new Intl.NumberFormat(locale).format(Math.round(value))
}

/** Short form for the sidebar: `999`, `7,412`, `106k`, `2.1M`. */
export function formatCompact(value: number | undefined, locale?: string): string {
  if (value === undefined || !Number.isFinite(value)) return unknown
  if (value < 10_000) return formatCount(value, locale)
  if (value < 1_000_000) return `${Math.floor(value / 1000)}k`
  const millions = Math.floor(value / 100_000) / 10
  return `${millions < 10 ? millions.toFixed(1) : Math.floor(millions)}M`
}

/** A ratio from 0 to 1: `68 %`, `0.3 %`. Only what is whole reads `100 %`, only nothing reads `0 %`. */
export function formatPercent(ratio: number | undefined): string {
  if (ratio === undefined || !Number.isFinite(ratio)) return unknown
  const percent = ratio * 100
  if (percent <= 0) return '0 %'
  if (percent < 0.1) return '< 0.1 %'
  if (percent < 1) return `${(Math.floor(percent * 10) / 10).toFixed(1)} %`
  if (percent >= 100) return `${Math.round(percent)} %`
  return `${Math.floor(percent)} %`
}

/** Share of a core, which flickers too much for decimals: `94 %`, `0 %`. */
export function formatCpu(share: number | undefined): string {
  return share === undefined || !Number.isFinite(share) ? unknown : `${Math.round(share * 100)} %`
}

const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** Bytes, in steps of 1,024: `462 MB`, `2.1 GB`. */
export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined || !Number.isFinite(bytes)) return unknown
  let value = Math.max(0, bytes)
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  // Gigabytes move slowly, so their first decimal says something; that of megabytes only flickers.
  const text = unit >= 3 && value < 10 ? value.toFixed(1) : String(Math.round(value))
  return `${text} ${units[unit] ?? ''}`
}

/** Event-loop utilisation: `0.71`. */
export function formatLoop(loop: number | undefined): string {
  return loop === undefined || !Number.isFinite(loop) ? unknown : loop.toFixed(2)
}

/** A round trip: `0.3 ms`, `18 ms`. */
export function formatRoundTrip(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return unknown
  return ms < 10 ? `${ms.toFixed(1)} ms` : formatDuration(ms)
}

/** `1 job`, `2 jobs`, `7,412 jobs`. */
export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** Ids up to this length are shown whole. */
const longestId = 12

/**
 * An id as people read it: `#48213`. Of a long one the part that tells it apart, after its last dash;
 * the whole of it is in the title and is what is copied.
 */
export function formatId(id: string): string {
  if (id.length <= longestId) return `#${id}`
  const last = id.slice(id.lastIndexOf('-') + 1)
  return `#${last.length >= 4 && last.length <= longestId ? last : `${id.slice(0, longestId - 1)}…`}`
}

const isoTime = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g

/** A sentence of the runner, its points in time as a clock on the wall here shows them. */
export function localizeTimes(sentence: string): string {
  return sentence.replaceAll(isoTime, (time) => formatClock(time))
}
