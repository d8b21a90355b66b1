import type { Issue } from '../../electron/contract/json.ts'

/** An error as the panel shows it: what to branch on, and a sentence for people. */
export interface PanelError {
  code: string
  message: string
  issues: Issue[]
}

function readIssues(value: unknown): Issue[] {
  if (typeof value !== 'object' || value === null || !('issues' in value) || !Array.isArray(value.issues)) return []
  return value.issues.filter(
    (issue: unknown): issue is Issue =>
      typeof issue === 'object' &&
      issue !== null &&
      'path' in issue &&
      Array.isArray(issue.path) &&
      'message' in issue &&
      typeof issue.message === 'string',
  )
}

/** Whatever was caught, as data. Field issues may sit on the error or in its `data`, depending on the transport. */
export function toPanelError(caught: unknown): PanelError {
  if (caught instanceof Error) {
    const code = 'code' in caught && typeof caught.code === 'string' ? caught.code : 'INTERNAL'
    const direct = readIssues(caught)
    const issues = direct.length > 0 ? direct : readIssues('data' in caught ? caught.data : undefined)
    return { code, message: caught.message, issues }
  }
  return { code: 'INTERNAL', message: String(caught), issues: [] }
}

export function isAbort(caught: unknown): boolean {
  return caught instanceof Error && caught.name === 'AbortError'
}
