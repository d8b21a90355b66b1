import { useForm } from './form-context.tsx'
import { ChoiceField, SwitchField, TextField } from './form-fields.tsx'
import { More } from './more.tsx'
import { SecretField } from './secret-field.tsx'

const onOff = [
  { value: 'off', label: 'None' },
  { value: 'on', label: 'Through an SSH server' },
] as const

const logins = [
  { value: 'auto', label: 'Agent, keys, password' },
  { value: 'agent', label: 'Agent' },
  { value: 'key', label: 'Key file' },
  { value: 'password', label: 'Password' },
] as const

export type TunnelPath = 'queue.tunnel' | 'history.tunnel'

export function TunnelChoice({ path }: { path: TunnelPath }) {
  return <ChoiceField path={path} label="SSH tunnel" options={onOff} />
}

export function TunnelDetails({ path }: { path: TunnelPath }) {
  const { values, base, problems } = useForm()
  if (values[path] === 'off') return null
  const auth = values[`${path}.auth`]
  const rare = ['sshConfig', 'jump', 'keepaliveMs'] as const
  const standard = { sshConfig: 'true', jump: '', keepaliveMs: '15000' }
  const used = rare.some((name) => base[`${path}.${name}`] !== standard[name] || problems.has(`${path}.${name}`))
  return (
    <div className="f-inside" role="group" aria-label="SSH tunnel">
      <div className="ce-g two">
        <TextField
          path={`${path}.host`}
          label="SSH host"
          placeholder="bastion.example.com, or an alias of ~/.ssh/config"
          mono
        />
        <TextField path={`${path}.port`} label="SSH port" placeholder="22" mono />
      </div>
      <div className="f2">
        <TextField path={`${path}.user`} label="SSH user" placeholder="As the SSH configuration says" mono />
        <ChoiceField path={`${path}.auth`} label="Sign in with" options={logins} />
        {(auth === 'auto' || auth === 'key') && (
          <>
            <TextField path={`${path}.keyFile`} label="Key file" placeholder="As the SSH configuration says" mono />
            <SecretField path={`${path}.keyPassphrase`} label="Passphrase of the SSH key" />
          </>
        )}
        {(auth === 'auto' || auth === 'password') && <SecretField path={`${path}.password`} label="SSH password" />}
      </div>
      <More label="Hosts in between and keepalive" open={used}>
        <SwitchField
          path={`${path}.sshConfig`}
          label="Read ~/.ssh/config"
          help="For whatever is left out here: aliases, users, keys, jumps."
          checked={values[`${path}.sshConfig`] === 'true'}
        />
        <TextField
          path={`${path}.jump`}
          label="Hosts in between"
          placeholder="user@host:22, one a line, the first one first"
          rows={2}
        />
        <TextField
          path={`${path}.keepaliveMs`}
          label="Sign of life every, ms"
          help="0 for never. Keeps firewalls from closing a quiet connection."
          mono
        />
      </More>
    </div>
  )
}
