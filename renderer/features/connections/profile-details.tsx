import type { ReactNode } from 'react'
import type { SystemInfo } from '../../../electron/contract/runner.ts'
import { CopyIcon } from '../../components/copy-button.tsx'
import { useQueue } from '../../lib/panel-context.tsx'
import { masked } from './masked.ts'

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** A variable to set, ready to copy. */
function Recipe({ title, lines, children }: { title: string; lines: readonly string[]; children: ReactNode }) {
  return (
    <li className="cn-r">
      <b>{title}</b>
      <p>{children}</p>
      <div className="cn-code">
        <pre className="mono scroll">{lines.join('\n')}</pre>
        <CopyIcon text={lines.join('\n')} label={`Copy: ${title}`} />
      </div>
    </li>
  )
}

const variableWords: Record<string, string> = {
  REDIS_URL: 'Address of the Redis that holds the queue',
  REDIS_PORT: 'Its port, when REDIS_URL is a host name',
  DATABASE_URL: 'PostgreSQL that holds the history, and the queue when there is no Redis',
  TORIL_PROFILE: 'Connection profile',
  TORIL_QUEUE: 'Name of the queue',
  TORIL_DATA_DIR: 'Data folder',
  TORIL_JOBS_DIR: 'Jobs folder',
  TORIL_HOST: 'Address the panel is served at',
  TORIL_PORT: 'Port the panel is served at',
  TORIL_TOKEN: 'Token for the panel and the API',
}

/** The embedded database is described in words: nobody connects to it from outside. */
function isAddress(description: string): boolean {
  return /:\/\/|:\d+/.test(description)
}

/** What is in use, what set it, and how to use something else. */
export function ProfileDetails({ system }: { system: SystemInfo }) {
  const queue = useQueue((value) => value)
  const redis = system.profile.backend === 'redis'
  const ownDatabase = system.environment.some(({ variable }) => variable === 'DATABASE_URL')
  return (
    <div className="ce-b scroll">
      <dl className="cn-f">
        <Fact name="Queue">
          {redis ? 'Redis' : ownDatabase ? 'Your PostgreSQL' : 'Embedded PostgreSQL'}
          {queue !== undefined && (
            <>
              , named <span className="mono">{queue.name}</span>
            </>
          )}
        </Fact>
        {isAddress(system.profile.description) && (
          <Fact name="Address">
            <span className="mono cut">{masked('', system.profile.description)}</span>
          </Fact>
        )}
        <Fact name="History">{ownDatabase ? 'Your PostgreSQL' : 'Embedded PostgreSQL, in the data folder'}</Fact>
        <Fact name="Data folder">
          <span className="mono cut" title={system.dataDir}>
            {system.dataDir}
          </span>
          <CopyIcon text={system.dataDir} label="Copy the path of the data folder" />
        </Fact>
        <Fact name="Runner">
          <span className="mono cut">{system.host}</span>
          <span className="dim">Toril {system.version}</span>
        </Fact>
      </dl>

      <h3 className="ps-h">Set by the environment</h3>
      {system.environment.length === 0 ? (
        <p className="cn-p">
          Nothing. Toril runs its own PostgreSQL for the queue and the history, and needs nothing else installed.
        </p>
      ) : (
        <ul className="cn-env">
          {system.environment.map(({ variable, field, value }) => (
            <li key={`${variable} ${field}`}>
              <span className="mono">{variable}</span>
              <span className="mono cut sec" title={masked(variable, value)}>
                {masked(variable, value)}
              </span>
              <p>{variableWords[variable] ?? field}</p>
            </li>
          ))}
        </ul>
      )}

      <h3 className="ps-h">Use another server</h3>
      <p className="cn-p">
        Set a variable where Toril is started, then quit Toril and start it again. Jobs in the old queue stay there.
      </p>
      <ul className="cn-rs">
        <Recipe title="Redis" lines={['REDIS_URL=redis://127.0.0.1:6379']}>
          The fastest queue, and several runners can share it. The history stays where it is.
        </Recipe>
        <Recipe
          title="Redis with TLS and a password"
          lines={['REDIS_URL=rediss://user:password@redis.example.com:6380']}
        >
          The password stays in the runner. It is never sent to this panel, logged or exported.
        </Recipe>
        <Recipe
          title="Your own PostgreSQL"
          lines={['DATABASE_URL=postgresql://user:password@db.example.com:5432/toril']}
        >
          Holds the history, and the queue as well when there is no Redis.
        </Recipe>
      </ul>
    </div>
  )
}
