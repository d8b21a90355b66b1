import { lazy, Suspense } from 'react'
import { Link, Route, Switch } from 'wouter'
import { Empty, Skeleton } from '../components/region-states.tsx'

const OverviewScreen = lazy(async () => ({
  default: (await import('../features/overview/overview-screen.tsx')).OverviewScreen,
}))
const JobsScreen = lazy(async () => ({ default: (await import('../features/jobs/jobs-screen.tsx')).JobsScreen }))
const ThreadsScreen = lazy(async () => ({
  default: (await import('../features/threads/threads-screen.tsx')).ThreadsScreen,
}))
const RunnersScreen = lazy(async () => ({
  default: (await import('../features/runners/runners-screen.tsx')).RunnersScreen,
}))
const ConnectionsScreen = lazy(async () => ({
  default: (await import('../features/connections/connections-screen.tsx')).ConnectionsScreen,
}))
const PreferencesScreen = lazy(async () => ({
  default: (await import('../features/preferences/preferences-screen.tsx')).PreferencesScreen,
}))
const EnqueueScreen = lazy(async () => ({
  default: (await import('../features/enqueue/enqueue-screen.tsx')).EnqueueScreen,
}))

function NoSuchScreen() {
  return (
    <div className="middle">
      <Empty icon="search" title="There is no such screen" actions={<Link href="/">Open Overview</Link>} />
    </div>
  )
}

/** Every view is a URL, so back, forward and a second window work. */
export function Routes() {
  return (
    <Suspense fallback={<Skeleton />}>
      <Switch>
        <Route path="/" component={OverviewScreen} />
        <Route path="/jobs/:id?">{({ id }) => <JobsScreen openId={id} />}</Route>
        <Route path="/threads" component={ThreadsScreen} />
        <Route path="/runners" component={RunnersScreen} />
        <Route path="/connections/:id?">{({ id }) => <ConnectionsScreen id={id} />}</Route>
        <Route path="/preferences" component={PreferencesScreen} />
        <Route path="/enqueue/:type?">{({ type }) => <EnqueueScreen type={type} />}</Route>
        <Route component={NoSuchScreen} />
      </Switch>
    </Suspense>
  )
}
