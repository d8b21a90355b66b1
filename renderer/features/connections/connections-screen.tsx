import { Icon } from '../../components/icon.tsx'
import { Skeleton } from '../../components/region-states.tsx'
import { useSystem } from '../../lib/panel-context.tsx'
import { masked } from './masked.ts'
import { ProfileDetails } from './profile-details.tsx'
import { StatusPane } from './status-pane.tsx'
import './connections.css'

/** Where the queue and the history are, how the way there stands, and how to use another server. */
export function ConnectionsScreen() {
  const system = useSystem((value) => value)
  if (system === undefined) return <Skeleton label="Reading the connection" rows={5} />
  const { profile } = system
  return (
    <div className="cn">
      <section className="cn-l" aria-label="Profiles">
        <div className="head">
          <h1>Connections</h1>
        </div>
        <ul className="cps">
          <li className="cp" aria-current="true">
            <span className="cp-i">
              <Icon name={profile.backend === 'redis' ? 'server' : 'laptop'} />
            </span>
            <span className="cut">
              <b className="cut">{profile.name}</b>
              <small className="cut mono">{masked('', profile.description)}</small>
            </span>
            <span className="tag">In use</span>
          </li>
        </ul>
        <p className="cn-n">Where the queue and the history are is settled when Toril starts.</p>
      </section>
      <section className="cn-e" aria-labelledby="ce-h">
        <div className="head">
          <h2 id="ce-h">{profile.name}</h2>
        </div>
        <ProfileDetails system={system} />
      </section>
      <StatusPane />
    </div>
  )
}
