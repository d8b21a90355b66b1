import type { QueueKind } from '../../../electron/contract/connection-profile.ts'
import { FixedBy } from './fixed-by.tsx'
import { useForm } from './form-context.tsx'
import { ChoiceField, TextField } from './form-fields.tsx'
import { More } from './more.tsx'
import { queueKindWords } from './profile-words.ts'
import { SecretField } from './secret-field.tsx'
import { TlsChoice, TlsDetails } from './tls-fields.tsx'
import { TunnelChoice, TunnelDetails } from './tunnel-fields.tsx'
import { useUrlPaste } from './use-url-paste.ts'

const kindHelp: Record<QueueKind, string> = {
  embedded: 'Comes with Toril and needs nothing else. Kept in the data folder.',
  'managed-redis': 'A redis-server or valkey-server that is installed here. Toril starts and stops it for itself.',
  redis: 'One server. Several runners can share its jobs.',
  sentinel: 'Sentinels name the master, and another one when it dies.',
  cluster: 'Any of its nodes leads to the others.',
  postgres: 'Jobs wait in the same database as the history.',
}

const kinds = (Object.keys(queueKindWords) as QueueKind[]).map((kind) => ({ value: kind, label: queueKindWords[kind] }))

function Server() {
  const { values } = useForm()
  const paste = useUrlPaste()
  if (values['queue.socket'] !== '') return null
  return (
    <div className="ce-g">
      <TextField path="queue.host" label="Host" mono onPaste={paste} />
      <TextField path="queue.port" label="Port" mono placeholder="6379" />
      <TextField path="queue.database" label="Database" mono placeholder="0" />
    </div>
  )
}

function Sentinels() {
  const { values, problems } = useForm()
  const own = values['queue.sentinelUsername'] !== '' || values['queue.sentinelTls'] !== 'off'
  return (
    <>
      <TextField path="queue.sentinels" label="Sentinels" placeholder="host:26379, one a line" rows={3} />
      <div className="f2">
        <TextField path="queue.masterName" label="Name of the master" placeholder="mymaster" mono />
        <TextField path="queue.database" label="Database" placeholder="0" mono />
      </div>
      <More label="How to get in to the sentinels" open={own || problems.has('secrets.queue.sentinelPassword')}>
        <div className="f2">
          <TextField path="queue.sentinelUsername" label="User of the sentinels" placeholder="None" mono />
          <SecretField path="queue.sentinelPassword" label="Password of the sentinels" />
          <TlsChoice path="queue.sentinelTls" label="Encryption to the sentinels" />
        </div>
        <TlsDetails path="queue.sentinelTls" />
      </More>
    </>
  )
}

function Cluster() {
  const { values, problems } = useForm()
  return (
    <>
      <TextField path="queue.seeds" label="Nodes to begin with" placeholder="host:6379, one a line" rows={3} />
      <More label="Addresses behind a router" open={values['queue.natMap'] !== '' || problems.has('queue.natMap')}>
        <TextField
          path="queue.natMap"
          label="NAT map"
          placeholder="10.0.0.5:6379 = redis.example.com:7001, one a line"
          help="Left of = as the cluster announces a node, right of it where the node is reached."
          rows={3}
        />
      </More>
    </>
  )
}

function Access({ kind }: { kind: 'redis' | 'sentinel' | 'cluster' }) {
  const { values, problems } = useForm()
  const socket = values['queue.socket'] !== ''
  return (
    <>
      <div className="f2">
        <TextField path="queue.username" label="User" placeholder="None" mono />
        <SecretField path="queue.password" label="Password" />
      </div>
      {(!socket || kind !== 'redis') && (
        <>
          <div className="f2">
            <TlsChoice path="queue.tls" />
            <TunnelChoice path="queue.tunnel" />
          </div>
          <TlsDetails path="queue.tls" />
          <TunnelDetails path="queue.tunnel" />
        </>
      )}
      {kind === 'redis' && (
        <More label="Unix socket" open={socket || problems.has('queue.socket')}>
          <div className="ce-g two">
            <TextField path="queue.socket" label="Socket" placeholder="/run/redis/redis.sock" mono />
            {socket && <TextField path="queue.database" label="Database" placeholder="0" mono />}
          </div>
          <p className="f-help">Used in place of host and port, without TLS and tunnel.</p>
        </More>
      )}
    </>
  )
}

/** Where jobs wait. */
export function QueueFields() {
  const { values } = useForm()
  const kind = values['queue.kind'] as QueueKind
  const redis = kind === 'redis' || kind === 'sentinel' || kind === 'cluster'
  return (
    <>
      <ChoiceField path="queue.kind" label="Jobs wait in" options={kinds} help={kindHelp[kind]} />
      {kind === 'redis' && <Server />}
      {kind === 'sentinel' && <Sentinels />}
      {kind === 'cluster' && <Cluster />}
      {redis && <Access kind={kind} />}
      <FixedBy field="profile.queueName" />
      <div className="f2">
        <TextField path="queueName" label="Queue" mono />
        {(redis || kind === 'managed-redis') && (
          <TextField
            path="prefix"
            label="Key prefix"
            mono
            {...(kind === 'cluster' ? { help: 'Put in braces when connecting.' } : {})}
          />
        )}
      </div>
    </>
  )
}
