export interface ForeignWorker {
    /** URL of the service worker, on this origin, as in `/worker.js`. */
    readonly script: string;
    /** Default: the folder of the script. A wider one needs the `Service-Worker-Allowed` header on the script. */
    readonly scope?: string;
    /** Default `classic`. */
    readonly type?: 'classic' | 'module';
    /** Which of the worker's scripts may come from the HTTP cache in an update check. Default `none`. */
    readonly updateViaCache?: 'none' | 'imports' | 'all';
}
export interface HostDocument {
    readonly body: string;
    readonly headers: Readonly<Record<string, string>>;
}
export declare const WELL_KNOWN_PATH = "/.well-known/foreign-fetch";
/** The host document that names these workers. @throws TypeError when there is none. */
export declare function hostDocument(workers: readonly ForeignWorker[]): HostDocument;
