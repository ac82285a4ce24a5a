// Names shared by the track and its masters.
package sky_track_pkg;

  typedef enum logic {
    Left  = 1'b0,
    Right = 1'b1
  } dir_e;

  // What is wrong with a pulse. A refused pulse changes nothing.
  typedef enum logic [1:0] {
    ErrNone      = 2'd0,
    ErrPushedOut = 2'd1,  // a skyrmion would leave the shifted range
    ErrOccupied  = 2'd2,  // an inject onto a site that holds a skyrmion
    ErrBadPorts  = 2'd3   // the start port is not left of the end port
  } err_e;

endpackage
