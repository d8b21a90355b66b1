import { useState } from 'react'
import type { JobType } from '../../../electron/contract/job-type.ts'
import type { Job } from '../../../electron/contract/job.ts'
import type { Json } from '../../../electron/contract/json.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { isJson } from '../../components/schema-form/json-schema.ts'
import { sameJson } from '../../components/schema-form/json-path.ts'
import { deletePayload, savePayload, savedPayloads } from './saved-payloads.ts'
import { SavePayload } from './save-payload.tsx'

/** What an input was started from, to say where it differs. */
export interface Reference {
  label: string
  href?: string
  value: Json
}

/** Inputs to start from: those saved under a name, the last run's, the type's own example. */
export function StartFrom({
  type,
  value,
  lastRun,
  disabledReason,
  onStart,
}: {
  type: JobType
  value: Json | undefined
  lastRun: Job | undefined
  /** Why the input cannot be saved now. */
  disabledReason: string | undefined
  onStart(reference: Reference): void
}) {
  const [saved, setSaved] = useState(() => savedPayloads(localStorage, type.name))
  const refresh = (): void => setSaved(savedPayloads(localStorage, type.name))
  const example = isJson(type.example) ? type.example : undefined
  return (
    <div className="e-saved" role="group" aria-label="Start from">
      <span className="dim">Start from</span>
      <div className="e-starts">
        {saved.map(({ name, input }) => {
          const pressed = sameJson(input, value)
          return (
            <span key={name} className="e-start">
              <Button size="sm" aria-pressed={pressed} onClick={() => onStart({ label: name, value: input })}>
                {name}
              </Button>
              <IconButton
                icon="x"
                size="sm"
                label={`Delete ${name}`}
                onClick={() => {
                  deletePayload(localStorage, type.name, name)
                  refresh()
                }}
              />
            </span>
          )
        })}
        {lastRun !== undefined && (
          <Button
            size="sm"
            icon="retry"
            aria-pressed={sameJson(lastRun.input, value)}
            onClick={() => onStart({ label: `#${lastRun.id}`, href: `/jobs/${lastRun.id}`, value: lastRun.input })}
          >
            Last run #{lastRun.id}
          </Button>
        )}
        {example !== undefined && (
          <Button
            size="sm"
            icon="file"
            aria-pressed={sameJson(example, value)}
            onClick={() => onStart({ label: 'the example', value: example })}
          >
            Example
          </Button>
        )}
        <SavePayload
          taken={saved.map(({ name }) => name)}
          disabledReason={disabledReason}
          onSave={(name) => {
            const kept = value !== undefined && savePayload(localStorage, type.name, { name, input: value })
            refresh()
            return kept
          }}
        />
      </div>
    </div>
  )
}
