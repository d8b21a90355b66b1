import { useState } from 'react'
import type { StackFrame, StackSample } from '../../../electron/contract/profile.ts'
import { functionName, shortPlace } from './place-words.ts'

function Frame({ frame, hot }: { frame: StackFrame; hot: boolean }) {
  const { name, file, line, column, text, origin } = frame
  return (
    <li className={`${hot ? 'hot' : ''} ${origin === 'job' ? '' : 'foreign'}`}>
      <span>{functionName(name)}</span>
      <i title={file === undefined ? undefined : `${file}:${line}:${column}`}>{shortPlace(file, line)}</i>
      {text !== undefined && <code className="cut">{text}</code>}
    </li>
  )
}

/** The calls of a sample, innermost first. Those below the job's own code are Toril's and Node's: folded away. */
export function StackList({ sample }: { sample: StackSample }) {
  const [whole, setWhole] = useState(false)
  const { frames } = sample
  const last = frames.findLastIndex(({ origin }) => origin === 'job')
  const shown = whole || last === -1 ? frames : frames.slice(0, last + 1)
  const rest = frames.length - shown.length
  const hot = frames.findIndex(({ origin }) => origin === 'job')
  return (
    <>
      <ol className="mono stackl" aria-label="Stack, innermost call first">
        {shown.map((frame, index) => (
          <Frame key={`${index} ${frame.name} ${frame.line}`} frame={frame} hot={index === hot} />
        ))}
      </ol>
      {(rest > 0 || whole) && (
        <button type="button" className="stackl-more" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? 'Only the code of the job' : `${rest} more of Toril and Node`}
        </button>
      )}
    </>
  )
}
