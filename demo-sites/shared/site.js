/** Everything that the two client sites share. */
import './servers.js';
import './polyfill-state.js';
import './hits.js';
import { draw } from './random-number.js';

await window.polyfillOff;
void draw();
