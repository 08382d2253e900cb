// Memory that only the start needed: reading a large configuration takes more than keeping it.
#pragma once

namespace mainstay {

// To be called before anything else: one heap for all threads, and large blocks apart from it, so
// that what is freed can be given back.
void set_up_memory();

// Gives free heap back to the system, and the code and constants that were read from our program
// file and its libraries; what is still used of them comes back from the page cache.
void release_start_up_memory();

// Gives the code and constants back alone: cheap enough for what is done now and then.
void release_code();

}  // namespace mainstay
