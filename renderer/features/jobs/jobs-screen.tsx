export function JobsScreen({ openId }: { openId: string | undefined }) {
  return <>{openId}</>
}
