import type { JobTypeProblem } from '../../../electron/contract/job-type.ts'
import { CopyIcon } from '../../components/copy-button.tsx'
import { pathText } from '../../components/schema-form/diff.ts'
import { counted, sentence } from '../../components/words.ts'
import { StateGlyph } from '../../components/state-glyph.tsx'
import './folder-problems.css'

function fileName(file: string): string {
  return file.split(/[/\\]/).at(-1) ?? file
}

/** What could not be used of the jobs folder: which file, which line, and why. */
export function ProblemItems({ problems }: { problems: readonly JobTypeProblem[] }) {
  return (
    <ul className="e-files scroll">
      {problems.map((problem) => {
        const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`
        return (
          <li key={`${place} ${problem.message}`}>
            <span className="row">
              <span className="mono cut" title={problem.file}>
                {fileName(problem.file)}
                {problem.line !== undefined && <span className="dim">:{problem.line}</span>}
              </span>
              <CopyIcon text={place} label="Copy the path" />
            </span>
            <p>{sentence(problem.message)}</p>
            {problem.issues?.map((issue) => (
              <p key={`${pathText(issue.path)} ${issue.message}`}>
                <span className="mono">{pathText(issue.path)}</span> {sentence(issue.message, false)}
              </p>
            ))}
          </li>
        )
      })}
    </ul>
  )
}

/** Below the list of types: the others work. */
export function FolderProblems({ problems }: { problems: readonly JobTypeProblem[] }) {
  if (problems.length === 0) return null
  return (
    <details className="e-broken">
      <summary>
        <StateGlyph name="failed" label={false} />
        {counted(problems.length, 'problem')} in the jobs folder
      </summary>
      <ProblemItems problems={problems} />
    </details>
  )
}
