import type { ReactNode } from 'react'
import { glyphLabels, type GlyphName } from '../lib/glyphs.ts'

const shapes: Record<GlyphName, ReactNode> = {
  blocked: (
    <>
      <path d="M7.1 2.2c.4-.7 1.4-.7 1.8 0l5.6 9.9c.4.7-.1 1.6-.9 1.6H2.4c-.8 0-1.3-.9-.9-1.6Z" fill="currentColor" />
      <path d="M8 6v3.2M8 11.3h.01" fill="none" stroke="var(--on-state)" strokeWidth="1.7" strokeLinecap="round" />
    </>
  ),
  cancelled: (
    <>
      <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" strokeWidth="1.75" />
      <path d="m4.3 11.7 7.4-7.4" fill="none" stroke="currentColor" strokeWidth="1.75" />
    </>
  ),
  cancelling: (
    <>
      <circle cx="8" cy="8" r="5.75" fill="none" stroke="currentColor" strokeWidth="1.75" strokeDasharray="2.6 1.9" />
      <rect x="5.6" y="5.6" width="4.8" height="4.8" rx="1" fill="currentColor" />
    </>
  ),
  children: (
    <>
      <circle cx="8" cy="3.5" r="2.25" fill="none" stroke="currentColor" strokeWidth="1.75" />
      <path
        d="M8 5.75v2.5M4 11V9.25c0-.6.4-1 1-1h6c.6 0 1 .4 1 1V11"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
      />
      <circle cx="4" cy="12.6" r="1.9" fill="currentColor" />
      <circle cx="12" cy="12.6" r="1.9" fill="currentColor" />
    </>
  ),
  delayed: (
    <>
      <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" strokeWidth="1.75" />
      <path
        d="M8 4.75V8.1l2.3 1.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.75"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </>
  ),
  done: (
    <>
      <circle cx="8" cy="8" r="6.5" fill="currentColor" />
      <path
        d="m5 8.3 2.1 2.1 4-4.5"
        fill="none"
        stroke="var(--on-state)"
        strokeWidth="1.75"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </>
  ),
  failed: (
    <>
      <path
        d="M8.9 1.5 14.5 7.1c.5.5.5 1.3 0 1.8L8.9 14.5c-.5.5-1.3.5-1.8 0L1.5 8.9c-.5-.5-.5-1.3 0-1.8L7.1 1.5c.5-.5 1.3-.5 1.8 0Z"
        fill="currentColor"
      />
      <path
        d="m6.1 6.1 3.8 3.8M9.9 6.1 6.1 9.9"
        fill="none"
        stroke="var(--on-state)"
        strokeWidth="1.6"
        strokeLinecap="round"
      />
    </>
  ),
  idle: (
    <>
      <circle cx="8" cy="8" r="2.25" fill="currentColor" />
    </>
  ),
  killed: (
    <>
      <rect x="2" y="2" width="12" height="12" rx="2.5" fill="currentColor" />
      <path
        d="m5.75 5.75 4.5 4.5M10.25 5.75l-4.5 4.5"
        fill="none"
        stroke="var(--on-state)"
        strokeWidth="1.6"
        strokeLinecap="round"
      />
    </>
  ),
  nohandler: (
    <>
      <path
        d="M5.2 5.6a2.9 2.9 0 1 1 4.4 2.5c-1 .6-1.6 1.1-1.6 2.2"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.9"
        strokeLinecap="round"
      />
      <circle cx="8" cy="13.4" r="1.25" fill="currentColor" />
    </>
  ),
  queued: (
    <>
      <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" strokeWidth="1.75" />
    </>
  ),
  retiring: (
    <>
      <path
        d="M4.5 13.5h7M8 2.5v7M5 6.75l3 3 3-3"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.75"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </>
  ),
  retry: (
    <>
      <path
        d="M13.1 8.6a5.2 5.2 0 1 1-1.5-4.3"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.75"
        strokeLinecap="round"
      />
      <path d="M12.9 1.6v3.6H9.3Z" fill="currentColor" />
    </>
  ),
  running: (
    <>
      <circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" strokeWidth="1.75" />
      <path d="M8 4.6a3.4 3.4 0 0 1 0 6.8Z" fill="currentColor" />
    </>
  ),
  starting: (
    <>
      <circle
        cx="8"
        cy="8"
        r="5.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeDasharray=".1 4.2"
        strokeLinecap="round"
      />
    </>
  ),
}

/**
 * The state of a job or thread as a shape. `label` false: the text beside it already says so, and it
 * is hidden from assistive technology.
 */
export function StateGlyph({
  name,
  label = true,
  className = '',
}: {
  name: GlyphName
  label?: boolean | string
  className?: string
}) {
  const text = label === true ? glyphLabels[name] : label
  return (
    <svg
      className={`st st-${name} ${className}`}
      viewBox="0 0 16 16"
      {...(text === false ? { 'aria-hidden': true } : { role: 'img', 'aria-label': text })}
    >
      {shapes[name]}
    </svg>
  )
}
