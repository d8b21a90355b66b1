import type { ReactNode } from 'react'

/** Line icons on a 16 px grid, drawn for Toril so that they sit well beside the state glyphs. */
const icons = {
  arrow: (
    <>
      <path d="M3 8h10M9.25 4.25 13 8l-3.75 3.75" />
    </>
  ),
  bell: (
    <>
      <path d="M4 7a4 4 0 0 1 8 0c0 3 1.25 4.25 1.25 4.25H2.75S4 10 4 7Z" />
      <path d="M6.75 13.5a1.4 1.4 0 0 0 2.5 0" />
    </>
  ),
  bookmark: (
    <>
      <path d="M4.25 2.75h7.5v10.5L8 10.5l-3.75 2.75Z" />
    </>
  ),
  cancel: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="m5.75 5.75 4.5 4.5M10.25 5.75l-4.5 4.5" />
    </>
  ),
  chart: (
    <>
      <path d="M2.5 13.25h11M4.25 11V8.5M8 11V4M11.75 11V6.5" />
    </>
  ),
  check: (
    <>
      <path d="m3.25 8.5 3 3 6.5-7" />
    </>
  ),
  code: (
    <>
      <path d="M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5" />
    </>
  ),
  connections: (
    <>
      <circle cx="3.75" cy="8" r="1.75" />
      <circle cx="12" cy="3.75" r="1.75" />
      <circle cx="12" cy="12.25" r="1.75" />
      <path d="M5.4 7.3 10.3 4.6M5.4 8.7l4.9 2.7" />
    </>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 5.5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5" />
    </>
  ),
  database: (
    <>
      <ellipse cx="8" cy="4" rx="5.25" ry="2" />
      <path d="M2.75 4v8c0 1.1 2.35 2 5.25 2s5.25-.9 5.25-2V4M2.75 8c0 1.1 2.35 2 5.25 2s5.25-.9 5.25-2" />
    </>
  ),
  down: (
    <>
      <path d="m4.5 6.25 3.5 3.5 3.5-3.5" />
    </>
  ),
  expand: (
    <>
      <path d="M9.5 2.75h3.75V6.5M6.5 13.25H2.75V9.5M13.25 2.75 9 7M2.75 13.25 7 9" />
    </>
  ),
  file: (
    <>
      <path d="M4 2.5h5l3.25 3.25V13.5H4Z" />
      <path d="M8.75 2.75V6h3.25" />
    </>
  ),
  filter: (
    <>
      <path d="M2.5 4h11M4.5 8h7M6.5 12h3" />
    </>
  ),
  folder: (
    <>
      <path d="M2.25 4.5c0-.8.6-1.25 1.25-1.25h2.6l1.4 1.5h5c.7 0 1.25.5 1.25 1.25v5.5c0 .7-.5 1.25-1.25 1.25h-9c-.7 0-1.25-.5-1.25-1.25Z" />
    </>
  ),
  follow: (
    <>
      <path d="M8 2.75v8M4.75 7.75 8 11l3.25-3.25M3.5 13.5h9" />
    </>
  ),
  jobs: (
    <>
      <path d="M6 4h7.5M6 8h7.5M6 12h7.5" />
      <path d="M2.6 4h.3M2.6 8h.3M2.6 12h.3" strokeWidth="2" />
    </>
  ),
  keyboard: (
    <>
      <rect x="1.75" y="4" width="12.5" height="8" rx="1.5" />
      <path d="M4.5 6.75h.01M7 6.75h.01M9.25 6.75h.01M11.5 6.75h.01M5.5 9.5h5" />
    </>
  ),
  laptop: (
    <>
      <rect x="3" y="3.25" width="10" height="7" rx="1.25" />
      <path d="M1.75 12.75h12.5" />
    </>
  ),
  lock: (
    <>
      <rect x="3.25" y="7" width="9.5" height="6.5" rx="1.5" />
      <path d="M5.25 7V5a2.75 2.75 0 0 1 5.5 0v2" />
    </>
  ),
  minus: (
    <>
      <path d="M3.25 8h9.5" />
    </>
  ),
  moon: (
    <>
      <path d="M13 9.75A5.5 5.5 0 0 1 6.25 3 5.5 5.5 0 1 0 13 9.75Z" />
    </>
  ),
  more: (
    <>
      <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.4" />
    </>
  ),
  overview: (
    <>
      <rect x="2.25" y="2.25" width="5" height="6.5" rx="1.25" />
      <rect x="8.75" y="2.25" width="5" height="3.5" rx="1.25" />
      <rect x="8.75" y="7.25" width="5" height="6.5" rx="1.25" />
      <rect x="2.25" y="10.25" width="5" height="3.5" rx="1.25" />
    </>
  ),
  pause: (
    <>
      <path d="M5.75 3.5v9M10.25 3.5v9" strokeWidth="2" />
    </>
  ),
  play: (
    <>
      <path d="M5 3.4v9.2c0 .4.4.6.7.4l6.9-4.6c.3-.2.3-.6 0-.8L5.7 3c-.3-.2-.7 0-.7.4Z" />
    </>
  ),
  plus: (
    <>
      <path d="M8 3.25v9.5M3.25 8h9.5" />
    </>
  ),
  preferences: (
    <>
      <path d="M2.25 5h6M12 5h1.75M2.25 11H4M7.75 11h6" />
      <circle cx="10" cy="5" r="1.75" />
      <circle cx="6" cy="11" r="1.75" />
    </>
  ),
  retry: (
    <>
      <path d="M13 8a5 5 0 1 1-1.6-3.7" />
      <path d="M13.25 2.25v2.5h-2.5" />
    </>
  ),
  right: (
    <>
      <path d="m6.25 4.5 3.5 3.5-3.5 3.5" />
    </>
  ),
  runners: (
    <>
      <rect x="2.25" y="3" width="11.5" height="10" rx="1.75" />
      <path d="m5 6.5 1.75 1.5L5 9.5M8.5 10h2.5" />
    </>
  ),
  schedules: (
    <>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 4.75V8l2.25 1.5" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.25" />
      <path d="m10.25 10.25 3.25 3.25" />
    </>
  ),
  server: (
    <>
      <rect x="2.25" y="2.75" width="11.5" height="4.25" rx="1.25" />
      <rect x="2.25" y="9" width="11.5" height="4.25" rx="1.25" />
      <path d="M5 4.9h.01M5 11.1h.01" strokeWidth="2" />
    </>
  ),
  shield: (
    <>
      <path d="M8 2.25 3 4v3.75c0 3 2 5 5 6 3-1 5-3 5-6V4Z" />
    </>
  ),
  threads: (
    <>
      <path d="M2.25 3.75h7M11.25 3.75h2.5M2.25 8h3.5M7.75 8h6M2.25 12.25h9" />
    </>
  ),
  trash: (
    <>
      <path d="M3 4.5h10M6.25 4.5V3h3.5v1.5M4.25 4.5l.6 8.75h6.3l.6-8.75" />
    </>
  ),
  undo: (
    <>
      <path d="M3 6.25h6.5a3.5 3.5 0 0 1 0 7H6.5" />
      <path d="M5.75 3.25 2.75 6.25l3 3" />
    </>
  ),
  warn: (
    <>
      <path d="M8 2.75 14 13H2Z" />
      <path d="M8 6.75v2.75M8 11.4h.01" />
    </>
  ),
  x: (
    <>
      <path d="m4.25 4.25 7.5 7.5M11.75 4.25l-7.5 7.5" />
    </>
  ),
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof icons

/** Decoration only: the text beside it, or the label of its button, says what it means. */
export function Icon({ name, className }: { name: IconName; className?: string }) {
  return (
    <svg
      className={className === undefined ? 'ic' : `ic ${className}`}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {icons[name]}
    </svg>
  )
}
