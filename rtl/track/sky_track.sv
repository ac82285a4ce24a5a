// Nanotracks that share one set of port drivers: of `Tracks` tracks the one named by row_i is pulsed.
//
//   | overhead | AP0 | segment 0 | AP1 | segment 1 | ... | AP(S-1) | segment S-1 | AP(S) | overhead |
//
// A 1 is a skyrmion. Data move only by shift pulses and are sensed or changed only at access ports (APs), which
// are sites of their own. Bit p of a track is site p, counted from the left end of the wire.
//
//   shift    all sites between the start and the end port, both port sites included, move one step; the vacated
//            site reads 0. Port number S + 1 stands for the end of the wire: as start the left, as end the right.
//   remove   clears the sites under the masked ports; an empty site is legal.
//   inject   sets the sites under the masked ports; an occupied site is an error.
//
// A pulse takes effect at the clock edge that ends its cycle; at most one kind a cycle. An illegal pulse is
// refused: err_o says why, nothing changes. sense_o shows the sites under the ports in the same cycle; what a
// detect is charged for is the master's business. The tracks are non-volatile: there is no reset, and they
// start empty. Not here: timing, energy, legality of a sequence of pulses.
// Cost: Tracks * (2 * Overhead + S * (D + 1) + 1) sites; one range shifter and one port gather in all.
module sky_track #(
  parameter int unsigned D        = 64,  // sites per segment
  parameter int unsigned S        = 32,  // segments; S + 1 ports
  parameter int unsigned Overhead = D,   // sites at each end, at least D
  parameter int unsigned Tracks   = 1,
  localparam int unsigned RowWidth  = (Tracks > 1) ? $clog2(Tracks) : 1,
  localparam int unsigned PortWidth = $clog2(S + 2)
) (
  input  logic                 clk_i,
  input  logic [RowWidth-1:0]  row_i,

  input  logic                 shift_i,
  input  sky_track_pkg::dir_e  shift_dir_i,
  input  logic [PortWidth-1:0] shift_start_i,
  input  logic [PortWidth-1:0] shift_end_i,
  input  logic [S:0]           remove_ports_i,
  input  logic [S:0]           inject_ports_i,

  output logic [S:0]           sense_o,
  output sky_track_pkg::err_e  err_o
);

  localparam int unsigned Sites = 2 * Overhead + S * (D + 1) + 1;
  localparam int unsigned SiteWidth = $clog2(Sites);
  localparam logic [PortWidth-1:0] WireEnd = PortWidth'(S + 1);

  if (Overhead < D) $error("Overhead is %0d, expected at least D = %0d", Overhead, D);

  logic [Sites-1:0] sites_q [Tracks] /* verilator public_flat_rw */;

  initial begin
    for (int unsigned t = 0; t < Tracks; t++) sites_q[t] = '0;
  end

  logic from_wire, to_wire;
  logic [SiteWidth-1:0] first_site, last_site;
  assign from_wire  = shift_start_i >= WireEnd;
  assign to_wire    = shift_end_i >= WireEnd;
  assign first_site = from_wire ? '0
                                : SiteWidth'(Overhead) + SiteWidth'(shift_start_i) * SiteWidth'(D + 1);
  assign last_site  = to_wire ? SiteWidth'(Sites - 1)
                              : SiteWidth'(Overhead) + SiteWidth'(shift_end_i) * SiteWidth'(D + 1);

  logic [Sites-1:0] track;
  assign track = sites_q[row_i];
  always_comb begin
    for (int unsigned p = 0; p <= S; p++) sense_o[p] = track[Overhead+p*(D+1)];
  end

  always_comb begin
    err_o = sky_track_pkg::ErrNone;
    if (shift_i) begin
      if (!from_wire && !to_wire && shift_start_i >= shift_end_i) begin
        err_o = sky_track_pkg::ErrBadPorts;
      end else if (track[(shift_dir_i == sky_track_pkg::Left) ? first_site : last_site]) begin
        err_o = sky_track_pkg::ErrPushedOut;
      end
    end else if ((inject_ports_i & sense_o) != '0) begin
      err_o = sky_track_pkg::ErrOccupied;
    end
  end

  // The track after one step of the sites in [first, last]; the site pushed out is known to be empty.
  function automatic logic [Sites-1:0] stepped(input logic [Sites-1:0] sites, input logic [SiteWidth-1:0] first,
                                               input logic [SiteWidth-1:0] last, input logic right);
    logic [Sites-1:0] range, moving;
    range  = ({Sites{1'b1}} << first) & ({Sites{1'b1}} >> (SiteWidth'(Sites - 1) - last));
    moving = sites & range;
    moving = right ? moving << 1 : moving >> 1;
    return (sites & ~range) | moving;
  endfunction

  // The track after removes and injects at its ports.
  function automatic logic [Sites-1:0] acted(input logic [Sites-1:0] sites, input logic [S:0] removes,
                                             input logic [S:0] injects);
    logic [Sites-1:0] after;
    after = sites;
    for (int unsigned p = 0; p <= S; p++) begin
      if (injects[p]) after[Overhead+p*(D+1)] = 1'b1;
      else if (removes[p]) after[Overhead+p*(D+1)] = 1'b0;
    end
    return after;
  endfunction

  always_ff @(posedge clk_i) begin
    if (err_o == sky_track_pkg::ErrNone) begin
      if (shift_i) begin
        if (from_wire && to_wire) begin
          sites_q[row_i] <= (shift_dir_i == sky_track_pkg::Left) ? track >> 1 : track << 1;
        end else begin
          sites_q[row_i] <= stepped(track, first_site, last_site, shift_dir_i == sky_track_pkg::Right);
        end
      end else if ((remove_ports_i | inject_ports_i) != '0) begin
        sites_q[row_i] <= acted(track, remove_ports_i, inject_ports_i);
      end
    end
  end

`ifndef SYNTHESIS
  // Invariant 1: a shift conserves skyrmions. Looked at only when a pulse has happened.
  logic shifted_q = 1'b0;
  logic [RowWidth-1:0] shifted_row_q = '0;
  int skyrmions_q = 0;
  always_ff @(posedge clk_i) begin
    shifted_q <= shift_i && err_o == sky_track_pkg::ErrNone;
    if (shift_i) begin
      shifted_row_q <= row_i;
      skyrmions_q   <= $countones(track);
    end
    if (shifted_q) begin
      ShiftKeepsSkyrmions : assert ($countones(sites_q[shifted_row_q]) == skyrmions_q)
        else $error("assertion failed: %m: a shift lost or made skyrmions in row %0d", shifted_row_q);
    end
    OneKindOfPulse : assert (!(shift_i && (remove_ports_i | inject_ports_i) != '0))
      else $error("assertion failed: %m: shift and remove or inject in one cycle");
  end
`endif

endmodule
