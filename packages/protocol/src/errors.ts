/** Every way in which an exchange or a connection can fail. Closed: a new failure gets a new code here. */
export type ErrorCode =
  | 'aborted' // the page no longer wants the answer
  | 'blocked' // a policy forbids it
  | 'body-cut' // the far side went away, or failed, in mid-body
  | 'body-too-large'
  | 'channel-closed'
  | 'handler-failed' // respondWith() was given a rejected promise, or something that is not a ForeignFetchResponse
  | 'malformed-message'
  | 'no-channel' // nobody could connect us in time
  | 'no-client' // no page of ours is there to open a frame
  | 'not-accepted' // no acknowledgement in time
  | 'protocol-mismatch'
  | 'too-slow'; // acknowledged, but no answer in time

/** The one error class of this project. `code` is stable and meant for programs; `message` names the cause and is meant for people. */
export class ForeignFetchError extends Error {
  override readonly name = 'ForeignFetchError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
