/** True in the development build: argument checks, warnings and long texts live behind it. Replaced by the bundler. */
declare const __DEV__: boolean;
