#include "request.h"

void neap_request_cancel(neap_request *req)
{
    req->cancel(req);
}
