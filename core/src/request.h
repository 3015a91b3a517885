#ifndef REQUEST_H
#define REQUEST_H

#include "neap/request.h"

/* First member of whatever is in flight. `cancel` may be called repeatedly. */
struct neap_request {
    void (*cancel)(neap_request *req);
};

#endif
