/** Unknown is never shown as 0. */
export const unknown = '–'

/** `340 ms`, `4.2 s`, `1 m 12 s`, `3 h 05 m`, `2 d 4 h`. */
export function duration(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return unknown
  if (ms < 1000) return `${Math.round(ms)} ms`
  // Rounded first, so that 59.97 s is not shown as 60.0 s.
  if (Math.round(ms / 100) < 600) return `${(Math.round(ms / 100) / 10).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const two = (value: number) => String(value).padStart(2, '0')
  if (hours < 1) return `${minutes} m ${two(seconds % 60)} s`
  if (hours < 24) return `${hours} h ${two(minutes % 60)} m`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** Clock of this machine today, `24 Nov 14:03` on other days. */
export function clock(time: string | undefined, now = new Date()): string {
  if (time === undefined) return unknown
  const at = new Date(time)
  const hourMinute = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  if (at.toDateString() === now.toDateString()) {
    return at.toLocaleTimeString('en-GB', { ...hourMinute, second: '2-digit' })
  }
  const day = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
  return `${day} ${at.toLocaleTimeString('en-GB', hourMinute)}`
}

/** `7,412`. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** A ratio from 0 to 1 as `42 %`. */
export function percent(ratio: number | undefined): string {
  return ratio === undefined ? unknown : `${Math.floor(ratio * 100)} %`
}

/** `462 MB`, as the panel shows memory. */
export function bytes(value: number | undefined): string {
  if (value === undefined) return unknown
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let size = value
  let unit = 0
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit += 1
  }
  return `${unit > 0 && size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit] ?? ''}`
}

/** One line of at most `length` characters, without control characters that could steer a terminal. */
export function oneLine(text: string, length = 200): string {
  // eslint-disable-next-line no-control-regex -- those are what must go
  const flat = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
  return flat.length > length ? `${flat.slice(0, length - 1)}…` : flat
}
