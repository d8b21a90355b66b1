import type { JobTypeProblem } from '../../../electron/contract/job-type.ts'
import { CopyIcon } from '../../components/copy-button.tsx'
import { pathText } from '../../components/schema-form/diff.ts'
import { counted, sentence } from '../../components/words.ts'
import { StateGlyph } from '../../components/state-glyph.tsx'

function fileName(file: string): string {
  return file.split(/[/\\]/).at(-1) ?? file
}

/** Files of the jobs folder that could not be used, and why. The others work. */
export function FolderProblems({ problems }: { problems: readonly JobTypeProblem[] }) {
  if (problems.length === 0) return null
  return (
    <details className="e-broken" role="status">
      <summary>
        <StateGlyph name="failed" label={false} />
        {counted(problems.length, 'file')} could not be used
      </summary>
      <ul className="scroll">
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
    </details>
  )
}
