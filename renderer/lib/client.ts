import { createORPCClient, type ClientContext, type ClientLink } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../../electron/contract/contract.ts'

/** Every operation of the contract, typed. */
export type Client = ContractRouterClient<Contract>

export function createClient(link: ClientLink<ClientContext>): Client {
  return createORPCClient<Client>(link)
}
