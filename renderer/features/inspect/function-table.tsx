import type { HotFunction } from '../../../electron/contract/call-tree.ts'
import { formatDuration } from '../../lib/format.ts'
import { formatShare, shortPlace } from './place-words.ts'

/** The same profile as text: every function by its own time. */
export function FunctionTable({
  functions,
  wholeUs,
  jobFiles,
}: {
  functions: readonly HotFunction[]
  wholeUs: number
  jobFiles: ReadonlySet<string>
}) {
  const whole = Math.max(1, wholeUs)
  return (
    <div className="fn scroll" tabIndex={0} role="region" aria-label="Functions">
      <table>
        <thead>
          <tr>
            <th scope="col" className="r">
              Self
            </th>
            <th scope="col" className="r">
              Total
            </th>
            <th scope="col">Function</th>
            <th scope="col">Where</th>
          </tr>
        </thead>
        <tbody>
          {functions.map(({ name, url, line, selfUs, totalUs }) => (
            <tr key={`${name} ${url} ${line}`} className={jobFiles.has(url) ? 'own' : ''}>
              <td className="r num" title={formatDuration(selfUs / 1000)}>
                {formatShare(selfUs / whole)}
              </td>
              <td className="r num" title={formatDuration(totalUs / 1000)}>
                {formatShare(totalUs / whole)}
              </td>
              <th scope="row" className="mono">
                {name}
              </th>
              <td className="mono dim" title={url}>
                {shortPlace(url, line)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
