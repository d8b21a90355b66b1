/** The preload asks for a port on it, main answers on it with the port. */
export const portChannel = 'toril:port'

/** `{toril: …}` of the message with which the page asks its preload for a port. */
export const portRequest = 'port-please'

/** `{toril: …}` of the message that carries the port to the page. */
export const portMessage = 'port'

/** On it main sends the path of a screen that the menu, or a second start of the app, wants shown. */
export const goChannel = 'toril:go'
